"""Log-likelihoods of examples, in nats: one number per value; sum over values for an example."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["bernoulli", "bits_per_dimension", "discretised_logistic", "gaussian"]


def gaussian(x: Tensor, mean: Tensor, log_std: Tensor) -> Tensor:
    """Log N(x; mean, std²) of each value; the shapes broadcast, any range."""
    return -0.5 * (math.log(2 * math.pi) + ((x - mean) * torch.exp(-log_std)).square()) - log_std


def bernoulli(x: Tensor, logits: Tensor) -> Tensor:
    """Log Bernoulli of each value x in {-1, 1}, or of the cross-entropy for x in [-1, 1].

    Args:
        x: values in [-1, 1]; -1 stands for 0.
        logits: log-odds of 1, same shape.
    """
    return -F.binary_cross_entropy_with_logits(logits, 0.5 * (x + 1.0), reduction="none")


def discretised_logistic(x: Tensor, mean: Tensor, log_scale: Tensor, levels: int = 256) -> Tensor:
    """Log P(x) of each value on a grid of levels: a logistic density summed over its bin.

    Salimans et al. (2017), "PixelCNN++", section 2.1; the first and last bin reach to infinity.

    Args:
        x: values on the grid -1, -1 + 2/(levels - 1), …, 1.
        mean: centre of the logistic, in the same units, same shape.
        log_scale: log of its scale, same shape.
        levels: number of grid points.
    """
    half = 1.0 / (levels - 1)
    inverse = torch.exp(-log_scale)
    upper = inverse * (x - mean + half)
    lower = inverse * (x - mean - half)
    # log(σ(u) − σ(l)) = logσ(u) + logσ(−l) + log(1 − e^(l−u)): exact far out in both tails,
    # where the difference of two sigmoids is 0 in floating point
    width = 2.0 * half * inverse
    inside = F.logsigmoid(upper) + F.logsigmoid(-lower) + torch.log(-torch.expm1(-width))
    return torch.where(
        x < -1.0 + half,
        F.logsigmoid(upper),
        torch.where(x > 1.0 - half, F.logsigmoid(-lower), inside),
    )


def bits_per_dimension(nats: float, values: int, *, density: bool) -> float:
    """A log-likelihood as bits per value.

    Args:
        nats: log-likelihood of an example.
        values: numbers in an example.
        density: whether it is a density over [-1, 1]; it is then counted per grey level of 256,
            whose width there is 2/255, so that it compares with probabilities of bytes.
    """
    if density:
        nats = nats + values * math.log(2 / 255)
    return -nats / (values * math.log(2))
