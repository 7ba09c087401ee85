"""Completeness: whether a point drawn anywhere in the latent space decodes to likely content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch

from allegory.capabilities import Decodes, Encodes
from allegory.errors import UserError
from allegory.measures.estimate import FEWEST, Estimate
from allegory.randomness import generator

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from torch import Generator, Tensor

    from allegory.data.dataset import Dataset

__all__ = ["Autoencodes", "Completeness", "completeness", "share_within"]

BATCH = 256
"""Examples that go through a model at once."""
LEVEL = 0.95
"""Share of the decoded held-out examples that count as likely content."""
RESAMPLES = 500


class Autoencodes(Encodes, Decodes, Protocol):
    """Encodes and decodes."""


@dataclass(frozen=True)
class Completeness:
    """How many draws decode to content as likely as that of the data's own codes."""

    share: Estimate
    """0 to 1, higher is better: 0.95 is complete, draws then being as near to real examples as
    decoded held-out examples are."""
    ratio: Estimate
    """Median distance to the nearest real example, of draws over that of decoded held-out
    examples: 1 is complete, more is worse."""
    references: int
    """Real examples that the nearest is sought among."""
    held_out: int


@torch.inference_mode()
def completeness(
    model: Autoencodes,
    reference: Dataset,
    held_out: Dataset,
    *,
    draws: int = 1_000,
    features: Callable[[Tensor], Tensor] | None = None,
    rng: Generator | int,
) -> Completeness:
    """Compare decoded draws from the latent distribution with decoded codes of held-out examples.

    A draw is z ~ `model.latent.draw`: the prior, or, for a model without one, the normal around
    the codes of its training data. A held-out example's code is a draw z ~ q(z | x). Both are
    decoded, and the distance to the nearest reference example is taken in the feature space. The
    share is that of draws no farther than 95 % of the held-out ones are. Since both have gone
    through the same decoder, its blur does not count, nor do the latents' or the features' units;
    an autoencoder and a VAE, pictures and vectors are measured alike, without labels. A decoder
    that decodes all codes alike is complete: look at the reconstruction error as well.

    The measure follows the precision of Kynkäänniemi et al. (2019, arXiv:1904.06991), with one
    radius, taken from held-out examples, for all. Estimates are consistent; the intervals are at
    95 %, by the bootstrap over draws and held-out examples (percentiles of 500).

    Args:
        model: what encodes and decodes.
        reference: real examples, usually the training split; time grows with their number.
        held_out: other real examples, at least 20.
        draws: codes drawn.
        features: from examples (m, *media.shape) to features (m, ...); pixels by default.
        rng: the draws.

    Raises:
        UserError: fewer than 20 held-out examples or draws, or no reference.
    """
    if min(len(held_out), draws) < FEWEST or not len(reference):
        raise UserError(
            f"completeness needs {FEWEST} held-out examples and draws and some reference, not "
            f"{len(held_out)}, {draws} and {len(reference)}."
        )
    rng = generator(rng)
    home = model.latent.mean.device

    def seen(x: Tensor) -> Tensor:
        return (features(x) if features else x).flatten(1).float().cpu()

    real, codes = [], []
    for rows in np.split(np.arange(len(reference)), range(BATCH, len(reference), BATCH)):
        real.append(seen(reference.take(rows, device=home, rng=rng)))
    for rows in np.split(np.arange(len(held_out)), range(BATCH, len(held_out), BATCH)):
        q = model.encode(held_out.take(rows, device=home, rng=rng))
        noise = torch.randn(q.mean.shape, generator=rng, device=rng.device).to(q.mean)
        codes.append(q.mean + q.std * noise)
    near = torch.cat(real)
    drawn = model.latent.draw(draws, rng)
    return share_within(
        *(
            torch.cat([_nearest(seen(model.decode(z)), near) for z in torch.split(part, BATCH)])
            for part in (drawn, torch.cat(codes))
        ),
        references=len(near),
        seed=int(torch.randint(2**31, (), generator=rng, device=rng.device)),
    )


def _nearest(x: Tensor, real: Tensor) -> Tensor:
    """Distance from each x (m, d) to the nearest of real (r, d): (m,)."""
    centre = real.mean(0)  # near 0 the expanded square loses little to rounding
    return torch.cdist(x - centre, real - centre).amin(1)


def share_within(drawn: Tensor, held_out: Tensor, *, references: int, seed: int) -> Completeness:
    """Completeness from distances to the nearest real example, of draws (m,) and held-out (k,)."""
    rng = np.random.default_rng(seed)
    a, b = (d.double().cpu().numpy() for d in (drawn, held_out))
    again = np.array(
        [_scores(rng.choice(a, len(a)), rng.choice(b, len(b))) for _ in range(RESAMPLES)]
    )
    low, high = np.quantile(again, [0.025, 0.975], axis=0).tolist()
    found = zip(_scores(a, b), low, high, strict=True)
    share, ratio = (Estimate(*ends, len(a)) for ends in found)
    return Completeness(share, ratio, references, len(b))


def _scores(drawn: NDArray[np.float64], held_out: NDArray[np.float64]) -> tuple[float, float]:
    """The share and the ratio."""
    share = float((drawn <= np.quantile(held_out, LEVEL)).mean())
    return share, float(np.median(drawn) / max(float(np.median(held_out)), 1e-12))
