"""Memorisation: are generated examples nearer to training examples than new ones are?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from allegory.measures.estimate import proportion
from allegory.measures.fidelity.neighbours import nearest
from allegory.measures.fidelity.sides import Measured, sides

if TYPE_CHECKING:
    from allegory.measures.fidelity.sides import Rows

__all__ = ["Memorisation", "Suspect", "memorisation"]

SUSPECTS = 16
AROUND = 50
"""Neighbours that say how crowded the place of an example is."""


@dataclass(frozen=True)
class Suspect:
    """A generated example that may be a copy, and what it may be a copy of."""

    generated: int
    """Its row."""
    train: int
    """The row of the nearest training example."""
    distance: float
    ratio: float
    """The distance over the mean of those to the 50 nearest training examples: 0 for a copy."""


@dataclass(frozen=True, kw_only=True)
class Memorisation(Measured):
    """Share of generated examples that are nearer to a training example than most new ones are.

    `expected` is the share of held-out examples which are as near: a model that has learned the
    distribution has the same `value`, one that copies has more. `n_real` counts training examples.
    """

    expected: float
    n_held_out: int
    threshold: float
    """The distance that counts as near."""
    rank_z: float
    """Do generated examples lie nearer than held-out ones, by rank? Standard normal where they lie
    alike; below −2: too near (copying); above 2: too far (underfitting)."""
    suspects: tuple[Suspect, ...]
    """The most suspicious first."""


def memorisation(
    train: Rows, held_out: Rows, generated: Rows, *, near: float = 0.05
) -> Memorisation:
    """Compare distances to the nearest training example, of generated and of held-out examples.

    A held-out example counts as near with probability `near`; the value is the share of generated
    examples that are. Its interval counts both samples as random: a share (Wilson) at a threshold
    that is an interval itself. `rank_z` is the statistic of Meehan, Chaudhuri & Dasgupta (2020),
    "A non-parametric test to detect data-copying in generative models", section 3, in one cell;
    `suspects` are ranked by the ratio of Carlini et al. (2023), "Extracting training data from
    diffusion models", section 5.

    Args:
        train: (n, d), what the model has learned from.
        held_out: (h, d), of the same distribution, never seen.
        generated: (m, d).
        near: share of held-out examples that count as near, in (0, 1).
    """
    t, h, g = sides(train, held_out, generated)
    crowd = nearest(g, t, min(AROUND, len(t)))
    d_g, d_h = crowd.distance[:, 0], nearest(h, t, 1).distance[:, 0]
    notes: tuple[str, ...] = ()
    if near * len(h) < 1:
        notes = (f"few held-out examples: the nearest {1 / len(h):.1%} count, not {near:.1%}.",)
        near = 1 / len(h)
    hits = max(round(near * len(h)), 1)
    span = proportion(hits, len(h))
    ranks = (math.floor(span.low * len(h)), hits, math.ceil(span.high * len(h)))
    shares = [proportion(int((d_g <= _smallest(d_h, r)).sum()), len(g)) for r in ranks]
    return Memorisation(
        value=shares[1].mean,
        low=shares[0].low,
        high=shares[2].high,
        expected=hits / len(h),
        threshold=_smallest(d_h, hits),
        rank_z=_rank_z(d_g, d_h),
        suspects=_suspects(crowd.distance, crowd.index[:, 0]),
        n_real=len(t),
        n_held_out=len(h),
        n_generated=len(g),
        notes=notes,
    )


def _smallest(values: Tensor, rank: int) -> float:
    """The value of this rank, counted from 1; rank 0 lies below all."""
    return float(values.kthvalue(min(rank, len(values))).values) if rank else -math.inf


def _rank_z(d_g: Tensor, d_h: Tensor) -> float:
    """The Mann-Whitney statistic of distances (m,) and (h,), standardised."""
    from scipy.stats import mannwhitneyu

    m, h = len(d_g), len(d_h)
    # without its p-value, which needs time and is not used
    u = float(mannwhitneyu(d_g.numpy(), d_h.numpy(), method="asymptotic").statistic)
    return (u - m * h / 2) / math.sqrt(m * h * (m + h + 1) / 12)


def _suspects(distance: Tensor, index: Tensor) -> tuple[Suspect, ...]:
    """From distances (m, k) to the nearest, and the index (m,) of the first."""
    ratio = distance[:, 0] / distance.mean(1).clamp(min=torch.finfo(distance.dtype).tiny)
    worst = ratio.argsort(stable=True)[:SUSPECTS].tolist()
    return tuple(Suspect(i, int(index[i]), float(distance[i, 0]), float(ratio[i])) for i in worst)
