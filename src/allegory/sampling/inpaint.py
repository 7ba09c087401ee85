"""Filling in what is missing of an example, by a model that never saw a hole."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import torch

from allegory.errors import UserError
from allegory.randomness import generator
from allegory.sampling.solvers import ancestral_step, noise_like

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Generator, Tensor

    from allegory.sampling.solvers import Denoise

__all__ = ["inpaint"]


def inpaint(
    denoise: Denoise,
    known: Tensor,
    missing: Tensor,
    sigmas: Sequence[float],
    rng: Generator | int,
    *,
    repeats: int = 4,
) -> Tensor:
    """Examples that are as `known` except where they are missing, (n, ...).

    Lugmayr et al. (2022), "RePaint: inpainting using denoising diffusion probabilistic models",
    algorithm 1: at each level what is known is noised anew and put in place, and each step is
    taken back and made again, so that what is made fits what is known.

    Args:
        denoise: D(x; sigma).
        known: examples (n, ...); where they are missing their values do not matter.
        missing: what is to be made, bool, of a shape that broadcasts to that of known.
        sigmas: descending noise levels that end in 0.
        rng: of the noise.
        repeats: how often each step is made; 1: once, and never taken back.
    """
    if repeats < 1:
        raise UserError(f"each step is made 1 time or more (given: {repeats}).")
    rng = generator(rng)
    known = torch.where(missing, 0.0, known)
    x = sigmas[0] * noise_like(known, rng)
    for now, then in pairwise(sigmas):
        for again in range(repeats, 0, -1):
            x = torch.where(missing, x, known + now * noise_like(known, rng))
            x = ancestral_step(denoise(x, now), x, now, then, rng)
            if again == 1 or then == 0:
                break
            x = x + math.sqrt(now**2 - then**2) * noise_like(x, rng)
    return torch.where(missing, x, known)
