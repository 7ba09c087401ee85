"""Two estimators of the gradient of E_q log p(x | z) with respect to the parameters of q."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import torch

from allegory.capabilities import Posterior

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from allegory.models.vae import VAE

__all__ = ["ESTIMATORS", "Estimator", "Moments", "moments", "surrogate"]

Estimator = Literal["reparametrised", "score function", "score function with baseline"]
ESTIMATORS: tuple[Estimator, ...] = (
    "reparametrised",
    "score function",
    "score function with baseline",
)

BASELINE_DRAWS = 8
CHUNK = 50


@dataclass(frozen=True)
class Moments:
    """Of the gradient from a single draw, with respect to μ and ln σ of each example."""

    mean: Tensor
    """(n, 2 latents)"""
    variance: Tensor
    """(n, 2 latents), each coordinate over the draws."""
    draws: int


def surrogate(vae: VAE, x: Tensor, q: Posterior, how: Estimator, rng: Generator) -> Tensor:
    """A scalar for each example, (n,), whose gradient estimates that of −E_q log p(x | z).

    "reparametrised": z = μ + σ ⊙ ε, Kingma & Welling (2014), section 2.4. "score function":
    f(z) ∇ log q(z), Williams (1992), "Simple statistical gradient-following algorithms", with
    f = −log p(x | z); with the baseline, f less its mean over other draws for the same example,
    which leaves the estimate unbiased. The decoder gets its gradient in all of them.
    """
    eps = torch.randn(q.mean.shape, generator=rng)
    z = q.mean + q.std * eps
    if how == "reparametrised":
        return -vae.likelihood.log_prob(x, vae.decoder(z))
    z = z.detach()
    f = -vae.likelihood.log_prob(x, vae.decoder(z))
    weight = f.detach()
    if how == "score function with baseline":
        weight = weight - baseline(vae, x, q, rng)
    log_q = -(0.5 * ((z - q.mean) / q.std).square() + q.std.log()).sum(1)
    # the second term has the value 0 and the gradient of the score
    return f + weight * (log_q - log_q.detach())


@torch.no_grad()
def baseline(vae: VAE, x: Tensor, q: Posterior, rng: Generator) -> Tensor:
    """The mean of −log p(x | z) over a few draws z ~ q, for each example: (n,)."""
    total = torch.zeros(len(x))
    for _ in range(BASELINE_DRAWS):
        z = q.mean + q.std * torch.randn(q.mean.shape, generator=rng)
        total -= vae.likelihood.log_prob(x, vae.decoder(z))
    return total / BASELINE_DRAWS


def moments(vae: VAE, x: Tensor, how: Estimator, draws: int, rng: Generator) -> Moments:
    """Mean and variance of the gradient for the examples x (n, *media.shape) over draws."""
    with torch.no_grad():
        q = vae.encode(x)
    n = len(x)
    total = torch.zeros(n, 2 * q.mean.shape[1], dtype=torch.float64)
    squares = torch.zeros_like(total)
    wide = x.repeat(CHUNK, *[1] * (x.dim() - 1))
    for _ in range(0, draws, CHUNK):
        mean = q.mean.repeat(CHUNK, 1).requires_grad_()
        log_std = q.std.log().repeat(CHUNK, 1).requires_grad_()
        value = surrogate(vae, wide, Posterior(mean, log_std.exp()), how, rng).sum()
        found = torch.cat(torch.autograd.grad(value, [mean, log_std]), 1).double()
        found = found.view(CHUNK, n, -1)
        total += found.sum(0)
        squares += found.square().sum(0)
    count = -(-draws // CHUNK) * CHUNK
    average = total / count
    return Moments(average, (squares / count - average.square()) * count / (count - 1), count)
