"""The density of an example, from the equation that carries it to noise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import torch

from allegory.hardware import in_double
from allegory.randomness import generator
from allegory.sampling.solvers import noise_like

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from allegory.sampling.solvers import Denoise

__all__ = ["LogLikelihood", "log_likelihood"]

EXACT = 8
"""Values of an example up to which the trace of a slope is computed, not estimated."""


@dataclass(frozen=True)
class LogLikelihood:
    """ln p of n examples; what the solver adds to its error is seen with twice the levels."""

    nats: Tensor
    """(n,) float64: the mean over probes."""
    deviation: Tensor
    """(n,) float64: standard error of that mean; 0 where the trace is exact, NaN of one probe."""


@torch.inference_mode(False)
def log_likelihood(
    denoise: Denoise,
    x: Tensor,
    levels: Tensor,
    spread: float,
    rng: Generator | int,
    *,
    probes: int = 1,
) -> LogLikelihood:
    """Log-density of x (n, ...) under the lowest noise, by the probability-flow equation.

    ln p(x) = ln N(x_T; 0, (sigma_T² + spread²) I) + ∫ div f dsigma, f = (x - D(x; sigma)) / sigma:
    Song et al. (2021), "Score-based generative modeling through stochastic differential
    equations", equation 39. x moves by Heun's method, the divergence is summed by trapezoids in
    ln sigma, where it is level while the noise is far below the data. That of more than EXACT
    values is estimated by Hutchinson's trace with random signs for probes, the same along the
    whole way (Grathwohl et al. 2019, "FFJORD", section 3.1).

    Args:
        denoise: D(x; sigma), differentiable by x.
        x: (n, ...).
        levels: rising noise levels; the highest drowns the data.
        spread: root of the mean square of the data's values.
        rng: of the probes.
        probes: how many.
    """
    x, size = x.detach().clone(), x[0].numel()
    exact = size <= EXACT
    if exact:
        axes = torch.eye(size, dtype=x.dtype, device=x.device)
        directions = [axis.view(x.shape[1:]).expand_as(x) for axis in axes]
    else:
        rng = generator(rng)
        directions = [noise_like(x, rng).sign() for _ in range(probes)]
    total = in_double(torch.zeros(len(directions), len(x), device=x.device))
    sigmas: list[float] = levels.tolist()
    clean, trace = _traced(denoise, x, sigmas[0], directions)
    for now, then in pairwise(sigmas):
        slope = (x - clean) / now
        ahead = x + (then - now) * slope
        with torch.no_grad():
            slope = 0.5 * slope + 0.5 * (ahead - denoise(ahead, then)) / then
        x = x + (then - now) * slope
        before = trace
        clean, trace = _traced(denoise, x, then, directions)
        total = total - 0.5 * math.log(then / now) * (before + trace)
    if exact:  # each axis has found its part of the trace
        total = total.sum(0, keepdim=True)
    # the integral of size / sigma in closed form
    total = total + size * math.log(sigmas[-1] / sigmas[0])
    variance = sigmas[-1] ** 2 + spread**2
    prior = in_double(x).square().flatten(1).sum(1) / variance + size * math.log(
        2 * math.pi * variance
    )
    found = total - 0.5 * prior
    error = found.new_full((len(x),), 0.0 if exact else math.nan)
    if len(found) > 1:
        error = found.std(0) / math.sqrt(probes)
    return LogLikelihood(found.mean(0), error)


def _traced(
    denoise: Denoise, x: Tensor, sigma: float, directions: list[Tensor]
) -> tuple[Tensor, Tensor]:
    """D(x; sigma) (n, ...), and v · (dD/dx) v of each direction v: (directions, n) float64."""
    with torch.enable_grad():
        x = x.requires_grad_(True)
        clean = denoise(x, sigma)
        last = len(directions) - 1
        found = []
        for i, v in enumerate(directions):
            (slope,) = torch.autograd.grad(clean, x, v, retain_graph=i < last)
            found.append(in_double(slope * v).flatten(1).sum(1))
    x.requires_grad_(False)
    return clean.detach(), torch.stack(found)
