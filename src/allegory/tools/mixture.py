"""Where the codes of the data lie: a mixture of normals fitted to them, to draw from.

The codes of a finite data set fill a prior only in part, and a draw from the rest decodes to
nothing likely. Fitting a density to the codes afterwards closes the gap: Ghosh et al. (2020),
"From variational to deterministic autoencoders", section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from allegory.randomness import generator, some_rows
from allegory.tools.running import BATCH, home

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from allegory.capabilities import Encodes
    from allegory.data.dataset import Dataset

__all__ = ["Mixture", "fit_mixture", "mixture_of_codes"]

EXAMPLES = 3_000
"""Examples whose codes are fitted, at most."""
EXAMPLES_A_COMPONENT = 100
ROUNDS = 25
"""Rounds of expectation maximisation."""


@dataclass(frozen=True)
class Mixture:
    """A mixture of k normals in d dimensions, float64."""

    weights: Tensor
    """(k,), positive, of sum 1."""
    means: Tensor
    """(k, d)"""
    roots: Tensor
    """(k, d, d): lower Cholesky factors of the covariances."""

    def draw(self, n: int, rng: Generator | int) -> Tensor:
        """Draw n codes, (n, d) float32."""
        rng = generator(rng)
        which = torch.multinomial(self.weights, n, replacement=True, generator=rng)
        noise = torch.randn(n, self.means.shape[1], 1, generator=rng, dtype=torch.float64)
        return (self.means[which] + (self.roots[which] @ noise)[..., 0]).float()

    def log_prob(self, z: Tensor) -> Tensor:
        """Log-density in nats of codes z (n, d) under each component, weighted: (n, k)."""
        away = z.double()[None] - self.means[:, None]
        white = torch.linalg.solve_triangular(self.roots, away.mT, upper=False)
        half_log_det = self.roots.diagonal(dim1=1, dim2=2).log().sum(1)
        size = self.means.shape[1]
        constant = self.weights.log() - half_log_det - 0.5 * size * float(np.log(2 * np.pi))
        weighted: Tensor = constant[:, None] - 0.5 * white.square().sum(1)
        return weighted.mT


def fit_mixture(codes: Tensor, *, components: int, rng: Generator | int) -> Mixture:
    """Fit normals to codes (n, d) by expectation maximisation.

    Dempster, Laird & Rubin (1977). Each covariance is drawn towards that of all codes as by d
    further examples, so that a component of few examples stays a normal in d dimensions.
    """
    z = codes.double().cpu()
    n, d = z.shape
    pooled = torch.cov(z.T, correction=0).reshape(d, d) + 1e-6 * torch.eye(d, dtype=torch.float64)
    first = torch.randperm(n, generator=generator(rng))[:components]
    roots = torch.linalg.cholesky(pooled).repeat(len(first), 1, 1)
    weights = torch.full((len(first),), 1 / len(first), dtype=torch.float64)
    found = Mixture(weights, z[first], roots)
    for _ in range(ROUNDS):
        belongs = found.log_prob(z).softmax(1)
        counts = belongs.sum(0) + 1e-9
        means = belongs.T @ z / counts[:, None]
        away = z[None] - means[:, None]
        scatter = (belongs.T[..., None] * away).mT @ away
        covariances = (scatter + d * pooled) / (counts + d)[:, None, None]
        found = Mixture(counts / counts.sum(), means, torch.linalg.cholesky(covariances))
    return found


@torch.inference_mode()
def mixture_of_codes(model: Encodes, data: Dataset, *, rng: Generator | int) -> Mixture:
    """The mixture of the codes of these examples, at most 3,000 of them, each drawn once."""
    rng = generator(rng)
    rows, drawn = some_rows(len(data), EXAMPLES), []
    for start in range(0, len(rows), BATCH):
        x = data.take(rows[start : start + BATCH], device=home(model))
        q = model.encode(x)
        noise = torch.randn(q.mean.shape, generator=rng)
        drawn.append(q.mean.cpu() + q.std.cpu() * noise)
    components = max(1, len(rows) // EXAMPLES_A_COMPONENT)
    return fit_mixture(torch.cat(drawn), components=components, rng=rng)
