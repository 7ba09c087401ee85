"""How far the latents are from independent, over all examples: total correlation, in nats."""

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from allegory.objectives.divergence import at_least_float32

__all__ = ["Decomposition", "Sampling", "decompose", "density_ratio_loss", "permute_latents"]

Sampling = Literal["stratified", "weighted"]
"""How the aggregate posterior q(z) is estimated from a batch."""


@dataclass(frozen=True)
class Decomposition:
    """The KL of the posteriors to the prior in three parts, each a mean over examples."""

    mutual_information: Tensor
    """KL(q(z, n) ‖ q(z) p(n)): what a code tells of its example."""
    total_correlation: Tensor
    """KL(q(z) ‖ Π_j q(z_j)): what the latents tell of each other; 0 where independent."""
    dimension_wise: Tensor
    """Σ_j KL(q(z_j) ‖ p(z_j)): how far each latent is from its prior."""

    @property
    def kl(self) -> Tensor:
        """Their sum: the mean of log q(z | x) − log p(z), exactly."""
        return self.mutual_information + self.total_correlation + self.dimension_wise


def decompose(
    z: Tensor, mean: Tensor, std: Tensor, examples: int, sampling: Sampling = "stratified"
) -> Decomposition:
    """Decompose the KL of a batch: Chen et al. (2018), "Isolating sources of disentanglement in
    variational autoencoders", equation 2, for p(z) = N(0, I).

    q(z) and q(z_j) are mixtures over all `examples`, of which the batch shows n; their logarithms
    are biased downwards, the less the larger the batch. Memory: n · n · latents.

    Args:
        z: one draw from each posterior, (n, latents).
        mean: μ of the posteriors, (n, latents).
        std: their σ > 0, (n, latents).
        examples: N ≥ 2, in the data that the batch was drawn from without repeats.
        sampling: "stratified": an unbiased estimate of q(z) (appendix C.2); "weighted": equation
            3, which counts a code's own example as much as any other, and so leaves the constants
            ln N in the mutual information, (latents − 1) ln N in the total correlation and
            −latents · ln N in the third part.
    """  # noqa: D205
    z, mean, std = at_least_float32(z), at_least_float32(mean), at_least_float32(std)
    half_log_tau = 0.5 * math.log(2 * math.pi)
    # [i, j, l]: log q(z_il | x_j)
    log_q = -0.5 * ((z[:, None] - mean) / std).square() - std.log() - half_log_tau
    joint = log_q.sum(2)
    weights = log_weights(len(z), examples, sampling).to(z)
    log_qz = torch.logsumexp(weights + joint, 1)
    log_product = torch.logsumexp(weights[:, :, None] + log_q, 1).sum(1)
    log_prior = (-0.5 * z.square() - half_log_tau).sum(1)
    return Decomposition(
        mutual_information=(joint.diagonal() - log_qz).mean(),
        total_correlation=(log_qz - log_product).mean(),
        dimension_wise=(log_product - log_prior).mean(),
    )


def log_weights(n: int, examples: int, sampling: Sampling) -> Tensor:
    """Log of the weight of posterior j in the estimate of q(z_i), (n, n).

    Stratified: a code's own example is one of N, and the n − 1 others stand for the rest. The
    paper gives one of these another weight than the rest; ours is the mean over which one.
    """
    if n == 1:
        return torch.zeros(1, 1)
    if sampling == "weighted":
        return torch.full((n, n), -math.log(examples * n))
    others = math.log((examples - 1) / (examples * (n - 1)))
    return torch.full((n, n), others).fill_diagonal_(-math.log(examples))


def permute_latents(z: Tensor, uniform: Tensor) -> Tensor:
    """Permute each latent over the batch: draws from Π_j q(z_j) made of draws from q(z).

    Kim & Mnih (2018), "Disentangling by factorising", algorithm 1.

    Args:
        z: (n, latents).
        uniform: random numbers in [0, 1), (n, latents), whose ranks are the permutations.
    """
    return z.gather(0, uniform.argsort(0))


def density_ratio_loss(joint: Tensor, product: Tensor) -> Tensor:
    """Loss of a discriminator whose best log-odds are log q(z) − log Π_j q(z_j).

    The mean of these over q(z) is the total correlation: Kim & Mnih (2018), "Disentangling by
    factorising", equation 3 and, for the loss, algorithm 2. ln 2 where it can't tell the two.

    Args:
        joint: log-odds that it gives to draws from q(z), (n,).
        product: log-odds that it gives to draws from Π_j q(z_j), (n,).
    """
    return 0.5 * (F.softplus(-joint).mean() + F.softplus(product).mean())
