"""Divergences between distributions, in nats."""

from torch import Tensor

__all__ = ["at_least_float32", "kl_standard_normal"]


def kl_standard_normal(mean: Tensor, std: Tensor) -> Tensor:
    """KL(N(mean, diag std²) ‖ N(0, I)) of each latent; sum over latents for the whole.

    ½ (σ² + μ² − 1 − ln σ²): Kingma & Welling (2014), "Auto-encoding variational Bayes",
    appendix B, with the sign and the square that printed versions often lose.

    Args:
        mean: μ, (n, latents).
        std: σ > 0, (n, latents).

    Returns:
        Nats, (n, latents), each ≥ 0, float32 or wider.
    """
    mean, std = at_least_float32(mean), at_least_float32(std)
    return 0.5 * (std.square() + mean.square() - 1.0) - std.log()


def at_least_float32(x: Tensor) -> Tensor:
    """x, in float32 where it is narrower."""
    return x.float() if x.itemsize < 4 else x
