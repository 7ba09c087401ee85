"""What each latent does: move one, keep the others, and see what changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from allegory.errors import UserError
from allegory.randomness import generator
from allegory.tools.running import in_batches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Generator, Tensor

    from allegory.capabilities import Decodes, LatentSpace

__all__ = ["Axis", "axes", "central", "traverse"]

REACH = 2.0
"""Standard deviations on each side of the centre between which an effect is measured."""


@dataclass(frozen=True)
class Axis:
    """One latent, and what moving it does."""

    index: int
    """Which latent, from 0."""
    effect: float
    """Root-mean-square change of the decoded example, in the media's unit (pictures: the range
    from black to white is 2), as the latent goes from 2 standard deviations below its centre to 2
    above it."""
    share: float
    """Its part, 0 to 1, of the sum of all axes' squared effects."""
    name: str | None = None
    """The known factor that it follows, with the strength, such as "azimuth (0.82)"."""


@torch.inference_mode()
def axes(model: Decodes, *, n: int = 16, rng: Generator | int) -> list[Axis]:
    """Every latent, the strongest effect first; averaged over n draws of the other latents."""
    latent = model.latent
    around = latent.draw(n, generator(rng))
    squares = torch.stack([_squared_effect(model, around, j) for j in range(latent.size)])
    shares = squares / squares.sum().clamp_min(1e-30)
    order = squares.argsort(descending=True, stable=True).tolist()
    return [Axis(j, float(squares[j].sqrt()), float(shares[j])) for j in order]


def _squared_effect(model: Decodes, around: Tensor, j: int) -> Tensor:
    ends = around.repeat(2, 1)
    reach = REACH * model.latent.std[j]
    low, high = ends.chunk(2)
    low[:, j], high[:, j] = model.latent.mean[j] - reach, model.latent.mean[j] + reach
    below, above = in_batches(model.decode, ends).double().chunk(2)
    return (above - below).square().mean()


@torch.inference_mode()
def traverse(
    model: Decodes,
    *,
    start: Tensor | None = None,
    axes: Sequence[int],
    frames: int = 9,
    extent: float = 2.5,
) -> Tensor:
    """Move each of these latents alone, from -extent to +extent standard deviations.

    The other latents keep their value in `start`, (latents,): a person's own example as
    `encode(x).mean[0]`; without it, the centre of the latent space. Returns (axes, frames,
    *media.shape) on the CPU.
    """
    latent = model.latent
    for j in axes:
        if not 0 <= j < latent.size:
            raise UserError(f"there is no latent {j}: the model has 0 to {latent.size - 1}.")
    centre = latent.mean if start is None else start.to(latent.mean)
    steps = torch.linspace(-extent, extent, frames).to(latent.mean)
    codes = centre.repeat(len(axes), frames, 1)
    for row, j in enumerate(axes):
        codes[row, :, j] = latent.mean[j] + latent.std[j] * steps
    decoded = in_batches(model.decode, codes.flatten(0, 1))
    return decoded.view(len(axes), frames, *decoded.shape[1:])


def central(latent: LatentSpace, codes: Tensor) -> Tensor:
    """The one of these codes (n, latents) that lies nearest the centre: (latents,).

    A place to start from where there are examples: the centre itself, far from every code in many
    dimensions, may decode to no likely example.
    """
    away = (codes.to(latent.mean) - latent.mean) / latent.std
    return codes[int(away.square().sum(1).argmin())]
