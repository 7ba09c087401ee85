"""Denoisers that are known exactly: of normals and of mixtures of them, in any dimension."""

import math

import torch


class MixtureDenoiser:
    """D(x; sigma) of sum_k w_k N(m_k, s_k² I), and all that follows from it."""

    def __init__(self, means, deviations, weights):
        """Means (k, d), deviations (k,) and weights (k,), float64."""
        self.means, self.deviations, self.weights = (
            torch.as_tensor(v, dtype=torch.float64) for v in (means, deviations, weights)
        )

    def log_parts(self, x, sigma=0.0):
        """ln w_k N(x; m_k, s_k² + sigma²): (n, k)."""
        variance = self.deviations.square() + sigma**2
        far = (x[:, None] - self.means).square().sum(2)
        size = x.shape[1]
        return self.weights.log() - 0.5 * (far / variance + size * (2 * math.pi * variance).log())

    def log_density(self, x, sigma=0.0):
        return self.log_parts(x, sigma).logsumexp(1)

    def __call__(self, x, sigma):
        share = self.log_parts(x, sigma).softmax(1)[:, :, None]
        variance = self.deviations.square()
        pull = (variance / (variance + sigma**2))[:, None]
        return (share * (self.means + pull * (x[:, None] - self.means))).sum(1)

    def sample(self, n, seed=0):
        rng = torch.Generator().manual_seed(seed)
        which = torch.multinomial(self.weights, n, replacement=True, generator=rng)
        noise = torch.randn(n, self.means.shape[1], generator=rng, dtype=torch.float64)
        return self.means[which] + self.deviations[which, None] * noise


def normal(size=1, mean=0.3, deviation=0.7):
    return MixtureDenoiser([[mean] * size], [deviation], [1.0])


def mixture():
    return MixtureDenoiser([[-1.0], [1.5]], [0.4, 0.25], [0.6, 0.4])


def noise(n, size=1, sigma=80.0, seed=1):
    rng = torch.Generator().manual_seed(seed)
    return sigma * torch.randn(n, size, generator=rng, dtype=torch.float64)
