"""What each latent or direction does: move along it, keep the rest, and see what changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from allegory.errors import UserError
from allegory.randomness import generator
from allegory.tools.running import in_batches
from allegory.tools.standard import to_standard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Generator, Tensor

    from allegory.capabilities import Decodes, LatentSpace

__all__ = ["Axis", "axes", "central", "move", "traverse", "typical"]

REACH = 2.0
"""Standard deviations on each side of the centre between which an effect is measured."""


@dataclass(frozen=True)
class Axis:
    """One latent or direction, and what moving along it does."""

    index: int
    """Which latent, or which of the directions, from 0."""
    effect: float
    """Root-mean-square change of the decoded example, in the media's unit (pictures: the range
    from black to white is 2), as the code goes from 2 standard deviations below its centre to 2
    above it."""
    share: float
    """Its part, 0 to 1, of the sum of all axes' squared effects."""
    name: str | None = None
    """The known factor that it follows, with the strength, such as "azimuth (0.82)"."""


@torch.inference_mode()
def axes(
    model: Decodes, *, along: Tensor | None = None, n: int = 16, rng: Generator | int
) -> list[Axis]:
    """Every latent or, with `along`, every direction (k, latents); the strongest effect first.

    The effect is averaged over n draws of where the code lies otherwise.
    """
    latent = model.latent
    directions = torch.eye(latent.size) if along is None else along
    around = latent.draw(n, generator(rng)).to(latent.mean)
    ends = torch.tensor([-REACH, REACH])
    squares = []
    for direction in directions:
        codes = _moved(latent, around, direction, ends)
        below, above = in_batches(model.decode, codes.flatten(0, 1)).double().chunk(2)
        squares.append((above - below).square().mean())
    shares = torch.stack(squares) / torch.stack(squares).sum().clamp_min(1e-30)
    order = shares.argsort(descending=True, stable=True).tolist()
    return [Axis(j, float(squares[j].sqrt()), float(shares[j])) for j in order]


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
    size = model.latent.size
    for j in axes:
        if not 0 <= j < size:
            raise UserError(f"there is no latent {j}: the model has 0 to {size - 1}.")
    units = torch.eye(size)[list(axes)]
    return move(model, units, start=start, frames=frames, extent=extent)


@torch.inference_mode()
def move(
    model: Decodes,
    along: Tensor,
    *,
    start: Tensor | None = None,
    frames: int = 9,
    extent: float = 2.5,
) -> Tensor:
    """As `traverse`, along each of these directions (k, latents): (k, frames, *media.shape).

    They are of length 1 in units of the latents' standard deviations, as those of
    `principal_directions`. What of the code is at right angles to a direction stays as in `start`.
    """
    latent = model.latent
    centre = latent.mean if start is None else start.to(latent.mean)
    steps = torch.linspace(-extent, extent, frames)
    codes = [_moved(latent, centre[None], direction, steps)[:, 0] for direction in along]
    decoded = in_batches(model.decode, torch.cat(codes))
    return decoded.view(len(along), frames, *decoded.shape[1:])


def _moved(latent: LatentSpace, codes: Tensor, direction: Tensor, places: Tensor) -> Tensor:
    """Codes (n, latents) with these places (t,) along a direction (latents,): (t, n, latents)."""
    direction, places = (v.to(latent.mean) for v in (direction, places))
    now = to_standard(latent, codes) @ direction
    return codes + (places[:, None, None] - now[:, None]) * (direction * latent.std)


def central(latent: LatentSpace, codes: Tensor) -> Tensor:
    """The one of these codes (n, latents) that lies nearest the centre: (latents,).

    A place to start from where there are examples: the centre itself, far from every code in many
    dimensions, may decode to no likely example.
    """
    away = to_standard(latent, codes.to(latent.mean))
    return codes[int(away.square().sum(1).argmin())]


def typical(latent: LatentSpace, codes: Tensor | None, seed: int) -> Tensor:
    """A place to start from, (latents,): the most central of these codes, or else a draw."""
    return latent.draw(1, seed)[0] if codes is None else central(latent, codes)
