"""Examples like one, and examples with a part made anew, by a model that denoises."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from allegory.randomness import generator
from allegory.sampling import inpaint as sampling
from allegory.sampling.sampler import guided, rounded, sampler_of
from allegory.sampling.units import Units
from allegory.tools.running import home, in_batches

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Generator, Tensor

    from allegory.capabilities import Denoises

__all__ = ["inpaint", "vary"]


@torch.inference_mode()
def vary(
    model: Denoises,
    x: Tensor,
    *,
    n: int = 8,
    strength: float = 0.5,
    label: int | None = None,
    rng: Generator | int,
) -> Tensor:
    """Make n examples like each of x (m, *media.shape): (m, n, *media.shape) on the CPU.

    Each is noised to where `strength` of the steps are left, and cleaned from there: the more, the
    less is kept. A conditional model can be held to the class with index `label`.
    """
    sampler, rng = sampler_of(model), generator(rng)

    def run(part: Tensor) -> Tensor:
        denoise = rounded(guided(model, _labels(part, label), sampler.guidance), model.media)
        return sampler.vary(denoise, part, strength, rng)

    return _each(model, x, n, run)


@torch.inference_mode()
def inpaint(
    model: Denoises,
    x: Tensor,
    missing: Tensor,
    *,
    n: int = 8,
    label: int | None = None,
    repeats: int = 4,
    rng: Generator | int,
) -> Tensor:
    """Make n examples of each of x (m, *media.shape) that differ where it is missing.

    Args:
        model: it.
        x: examples.
        missing: what is to be made, bool, of a shape that broadcasts to (1, *media.shape).
        n: how many of each.
        label: index of a class of a conditional model, to be held to.
        repeats: how often each step is made, as of `sampling.inpaint`.
        rng: of the noise.

    Returns:
        (m, n, *media.shape) on the CPU; what is not missing is that of x.
    """
    sampler, rng = sampler_of(model), generator(rng)
    missing = missing.to(home(model))

    def run(part: Tensor) -> Tensor:
        denoise = rounded(guided(model, _labels(part, label), sampler.guidance), model.media)
        return sampling.inpaint(denoise, part, missing, sampler.sigmas, rng, repeats=repeats)

    return _each(model, x, n, run)


def _labels(x: Tensor, label: int | None) -> Tensor | None:
    return None if label is None else torch.full((len(x),), label, device=x.device)


def _each(model: Denoises, x: Tensor, n: int, run: Callable[[Tensor], Tensor]) -> Tensor:
    """What n runs make of each of x (m, ...), in standard units and back: (m, n, ...)."""
    units = Units(model.media).to(home(model))
    many = units.to_standard(x.to(home(model))).repeat_interleave(n, 0)
    made: Tensor = in_batches(lambda part: units.from_standard(run(part)), many)
    return made.view(len(x), n, *x.shape[1:])
