"""Solvers: from noise to examples along a descending row of noise levels.

Each is a function of a denoiser D(x; sigma), the posterior mean of what the noise of deviation
sigma hides in x = x_0 + sigma ε. All but the last integrate the probability-flow equation
dx / dsigma = (x - D(x; sigma)) / sigma (Karras et al. 2022, equation 1), in either direction: with
rising levels the same functions turn examples into noise. Steps are counted; a step to 0 is D
itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from torch import Generator

__all__ = [
    "SOLVERS",
    "Denoise",
    "Level",
    "Solver",
    "ancestral",
    "ancestral_step",
    "ddim",
    "dpm_solver",
    "for_each",
    "heun",
    "heun_step",
    "noise_like",
    "unipc",
]

Level = float | Tensor
"""A noise level, of all examples: a number, or a tensor of one."""
L = TypeVar("L", float, Tensor)
Denoise = Callable[[Tensor, Level], Tensor]
"""D(x; sigma) of x (n, ...): (n, ...)."""


class Solver(Protocol):
    """What every solver is called with."""

    def __call__(
        self, denoise: Denoise, x: Tensor, sigmas: Sequence[float], rng: Generator
    ) -> Tensor:
        """Bring x (n, ...) from noise sigmas[0] to sigmas[-1], by way of those between.

        Solvers of the probability-flow equation draw nothing from rng.
        """


def ddim(
    denoise: Denoise, x: Tensor, sigmas: Sequence[float], rng: Generator | None = None
) -> Tensor:
    """DDIM, which is Euler's method: of order 1, one call a step.

    Song et al. (2021), "Denoising diffusion implicit models", equation 12 with their sigma = 0, in
    units where alpha = 1: then equation 14 is Euler's step.
    """
    for now, then in pairwise(sigmas):
        clean = denoise(x, now)
        x = clean + (then / now) * (x - clean)
    return x


def heun(
    denoise: Denoise, x: Tensor, sigmas: Sequence[float], rng: Generator | None = None
) -> Tensor:
    """Heun's method: of order 2, two calls a step but one in a step to 0.

    Karras et al. (2022), algorithm 1.
    """
    for now, then in pairwise(sigmas):
        x = heun_step(denoise, x, now, then) if then > 0 else denoise(x, now)
    return x


def heun_step(denoise: Callable[[Tensor, L], Tensor], x: Tensor, now: L, then: L) -> Tensor:
    """A step of Heun's method to noise above 0; of levels for each example, if they broadcast."""
    slope = (x - denoise(x, now)) / now
    ahead = x + (then - now) * slope
    slope = 0.5 * slope + 0.5 * (ahead - denoise(ahead, then)) / then
    return x + (then - now) * slope


def dpm_solver(
    denoise: Denoise, x: Tensor, sigmas: Sequence[float], rng: Generator | None = None
) -> Tensor:
    """DPM-Solver++ (2M): of order 2, one call a step; it remembers the call before.

    Lu et al. (2022), "DPM-Solver++: fast solver for guided sampling of diffusion probabilistic
    models", algorithm 2, at alpha = 1 and lambda = -ln sigma.
    """
    before, last = None, 0.0
    for now, then in pairwise(sigmas):
        clean = denoise(x, now)
        ahead = clean
        if before is not None and then > 0:
            # 1 / r: this step beside the last one, in lambda
            longer = math.log(now / then) / math.log(last / now)
            ahead = clean + 0.5 * longer * (clean - before)
        x = ahead + (then / now) * (x - ahead)
        before, last = clean, now
    return x


def unipc(
    denoise: Denoise, x: Tensor, sigmas: Sequence[float], rng: Generator | None = None
) -> Tensor:
    """UniPC-2: of order 3, one call a step; each call also corrects the step before it.

    Zhao et al. (2023), "UniPC: a unified predictor-corrector framework for fast sampling of
    diffusion models", algorithms 1 and 2 for order 2 with B(h) = e^h - 1, in the data prediction
    of their appendix: the predictor has order 2, the corrector raises it by one.
    """
    history: list[tuple[float, Tensor]] = []  # (ln sigma, D) of the last two levels
    start = x
    for i, now in enumerate(sigmas[:-1]):
        clean = denoise(x, now)
        if history:
            x = _step(start, history, now, (math.log(now), clean))
        history = [*history[-1:], (math.log(now), clean)]
        start = x
        x = _step(start, history, sigmas[i + 1])
    return x


def _step(
    x: Tensor,
    history: list[tuple[float, Tensor]],
    then: float,
    ahead: tuple[float, Tensor] | None = None,
) -> Tensor:
    """From the level of the last of the history to `then`, by a polynomial through the D known.

    The integral of the exponential times a polynomial in ln sigma through all of `history`, and
    `ahead` where the level to go to is already known: exponential Adams methods, to which UniPC's
    conditions lead where the polynomial's degree is the number of its differences.
    """
    log_now, clean = history[-1]
    if then == 0:
        return clean
    h = log_now - math.log(then)  # of lambda = -ln sigma
    points = [*history[:-1], *([] if ahead is None else [ahead])]
    # sigma_then ∫ e^λ D(λ) dλ in r = (λ - λ_now) / h: moments of e^(h (r - 1)) h dr over [0, 1]
    weights = _weights(h, [(log_now - log) / h for log, _ in points])
    out = math.exp(-h) * x - math.expm1(-h) * clean
    for weight, (_, value) in zip(weights, points, strict=True):
        out = out + weight * (value - clean)
    return out


def _weights(h: float, places: list[float]) -> list[float]:
    """What each difference from D_now counts for, of a polynomial through places r and 0."""
    if not places:
        return []
    # I_k = ∫₀¹ r^k e^(h (r - 1)) h dr: by parts I_0 = 1 - e^-h, I_k = 1 - k I_(k-1) / h
    moments = [-math.expm1(-h)]
    for k in range(1, len(places) + 1):
        moments.append(1.0 - k * moments[-1] / h)
    powers = [[r**k for r in places] for k in range(1, len(places) + 1)]
    found: list[float] = np.linalg.solve(powers, moments[1:]).tolist()
    return found


def ancestral(denoise: Denoise, x: Tensor, sigmas: Sequence[float], rng: Generator) -> Tensor:
    """Ancestral sampling: the random process of DDPM, one call a step.

    Ho et al. (2020), "Denoising diffusion probabilistic models", algorithm 2, with the variance of
    the posterior q(x_then | x_now, x_0), in units where alpha = 1.
    """
    for now, then in pairwise(sigmas):
        x = ancestral_step(denoise(x, now), x, now, then, rng)
    return x


def ancestral_step(clean: Tensor, x: Tensor, now: float, then: float, rng: Generator) -> Tensor:
    """A draw from q(x_then | x_now, x_0 = clean), for noise that goes down from now to then."""
    kept = (then / now) ** 2
    mean = clean + kept * (x - clean)
    return mean + then * math.sqrt(1.0 - kept) * noise_like(x, rng)


def for_each(sigma: Level, x: Tensor) -> Tensor:
    """One noise level for each of x (n, ...): (n,)."""
    # not len(x), which an exporter would take for the number of all examples to come; and a number
    # is written by the device itself, since copying it there would wait for all before
    if isinstance(sigma, Tensor):
        return sigma.to(x).expand(x.shape[0])
    return x.new_full((x.shape[0],), sigma)


def noise_like(x: Tensor, rng: Generator) -> Tensor:
    """Standard normal numbers of the shape of x, where it is."""
    return torch.randn(x.shape, generator=rng, device=rng.device, dtype=x.dtype).to(x.device)


SOLVERS: dict[str, Solver] = {
    "ddim": ddim,
    "euler": ddim,
    "heun": heun,
    "dpm++": dpm_solver,
    "unipc": unipc,
    "ancestral": ancestral,
}
"""Solvers by name; Euler's method goes by two names."""
