"""The figures of health: how samples of one moment compare with the data."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from allegory.measures.fidelity.features import plain_features
from allegory.measures.fidelity.manifold import precision_recall
from allegory.measures.fidelity.neighbours import radii
from allegory.measures.health.reference import mean_distance
from allegory.media import Images

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allegory.measures.health.reference import Reference

__all__ = ["Figures", "Judgements", "measure"]

TINY = 1e-30


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What one evaluation found; None where a figure has no meaning for the model or the data."""

    images: int
    """Examples seen."""
    spread: float
    """Mean distance between two samples, over that between two examples: 1 where they vary alike,
    0 where all samples are one."""
    recall: float
    """Share of examples that lie among the samples: Kynkäänniemi et al. (2019), equation 2."""
    recall_of_data: float
    """The same for two halves of the data, at the same n."""
    distance: float
    """Energy distance over twice the mean distance of a sample to an example, unbiased: about 0
    for equal distributions, 1 at most. Székely & Rizzo (2013), "Energy statistics", section 4."""
    duplicates: float
    """Share of samples nearer to another sample than 99 % of examples are to another."""
    shift: float | None = None
    """Pictures: the largest difference of a channel's mean, as a share of the full range."""
    shift_z: float | None = None
    """The same in standard errors."""
    contrast: float | None = None
    """Pictures: the deviation of pixels within a sample over that within an example."""
    copies: float | None = None
    """Share of samples that are tied to a training example, estimated; below 0 by chance."""
    copies_z: float | None = None
    """Standard normal where samples are as near to held-out as to training examples."""
    realness_of_samples: float | None = None
    """Mean P(real), by the model's own judgement, in [0, 1]."""
    realness_of_held_out: float | None = None
    realness_of_train: float | None = None
    accuracy: float | None = None
    """Share of pairs of a held-out example and a sample in which the model rates the example
    higher: 1/2 where it can't tell. It asks nothing of where P(real) has its middle."""
    by_heart: float | None = None
    """How far held-out examples are rated below training examples, on the way down to samples: 0
    no difference, 1 like samples. r_v of Karras et al. (2020), "Training generative adversarial
    networks with limited data", equation 1, of P(real)."""
    by_heart_z: float | None = None
    """The difference of both ratings in standard errors."""
    gradients: Mapping[str, float] = field(default_factory=dict)
    """Length of each player's gradient, by its name."""


@dataclass(frozen=True)
class Judgements:
    """P(real) in [0, 1] by a model that discriminates."""

    samples: Tensor
    """(n,)"""
    held_out: Tensor
    """(m,)"""
    train: Tensor
    """(k,)"""


def measure(
    images: int,
    samples: Tensor,
    data: Reference,
    *,
    judged: Judgements | None = None,
    gradients: Mapping[str, float] | None = None,
) -> Figures:
    """The figures of this moment.

    Args:
        images: examples seen.
        samples: (n, *media.shape), at least 8.
        data: what they are compared with.
        judged: of the samples, and of the reference's held-out and training examples.
        gradients: length of each player's gradient.

    Raises:
        UserError: samples are not finite.
    """
    x, y = data.axes.of(samples), data.axes.of(data.examples)
    half = min(data.half, len(x))
    recall = precision_recall(y[:half], x[:half]).recall.value
    n = min(len(x), len(y))
    spread = mean_distance(plain_features(data.media).of(samples)) / max(data.apart, TINY)
    return Figures(
        images=images,
        spread=spread,
        recall=recall,
        recall_of_data=data.recall,
        distance=_energy_distance(x, y),
        duplicates=float((radii(x[:n], 1) <= radii(y[:n], 1).quantile(0.01)).double().mean()),
        **(_colour(samples, data.examples) if isinstance(data.media, Images) else {}),
        **(_copies(x, data.near, len(data.held_out)) if len(data.held_out) else {}),
        **(_judgement(judged) if judged and len(judged.held_out) > 1 else {}),
        gradients=gradients or {},
    )


def _energy_distance(x: Tensor, y: Tensor) -> float:
    """Of features (n, d) and (m, d), from means over pairs of different ones."""
    x, y = x.double(), y.double()
    across = float(torch.cdist(x, y).mean())
    return 1 - (mean_distance(x) + mean_distance(y)) / max(2 * across, TINY)


def _colour(samples: Tensor, examples: Tensor) -> dict[str, float]:
    """Of pictures (n, channels, height, width) in [-1, 1], each sample and example as a whole."""
    x, y = (side.flatten(2).double() for side in (samples, examples))
    a, b = x.mean(2), y.mean(2)
    apart = (a.mean(0) - b.mean(0)).abs()
    error = (a.var(0) / len(a) + b.var(0) / len(b)).sqrt()
    worst = int(apart.argmax())
    inside = [float(side.std(2, correction=0).mean()) for side in (x, y)]
    return {
        "shift": float(apart[worst]) / 2,
        "shift_z": _in_errors(float(apart[worst]), float(error[worst])),
        "contrast": inside[0] / inside[1] if inside[1] else 1.0,
    }


def _copies(x: Tensor, near: Tensor, held_out: int) -> dict[str, float]:
    """From features of samples (n, d), and of held-out and then training examples.

    Held-out and training examples are a random cut of the same data: whatever the model, one that
    was not fitted to its training examples has as many samples nearest to each. Under that law the
    held-out ones are a random part of all, and the variance of the samples nearest to them is that
    of a sum drawn without replacement: it holds for blurred, collapsed and untrained models alike.
    """
    hits = torch.cdist(x, near).argmin(1).bincount(minlength=len(near)).double()
    share = held_out / len(near)
    seen, expected = float(hits[:held_out].sum()), share * len(x)
    if share == 1.0:
        return {}
    error = math.sqrt(held_out * (1 - share) * float(hits.var()))
    return {"copies": 1 - seen / expected, "copies_z": _in_errors(seen - expected, error)}


def _judgement(judged: Judgements) -> dict[str, float]:
    """What the model's judgement says of itself."""
    s, h, t = (side.double() for side in (judged.samples, judged.held_out, judged.train))
    pairs = (h[:, None] - s[None, :]).sign()
    way, apart = float(t.mean() - s.mean()), float(t.mean() - h.mean())
    error = math.sqrt(float(t.var() / len(t) + h.var() / len(h)))
    return {
        "realness_of_samples": float(s.mean()),
        "realness_of_held_out": float(h.mean()),
        "realness_of_train": float(t.mean()),
        "accuracy": float(pairs.mean() + 1) / 2,
        "by_heart": apart / way if way > 0 else 0.0,
        "by_heart_z": _in_errors(apart, error),
    }


def _in_errors(difference: float, error: float) -> float:
    """The difference in standard errors; 0 where there is none."""
    return difference / error if error > 0 else math.copysign(1e9, difference) * (difference != 0)
