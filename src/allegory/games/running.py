"""Where codes lie: a running mean and deviation, kept with a model."""

from torch import Tensor

__all__ = ["follow"]

MOMENTUM = 0.01
"""Share of a batch."""


def follow(mean: Tensor, std: Tensor, z: Tensor) -> None:
    """Move a running mean and deviation, (latents,) each, towards those of the codes z."""
    mean.lerp_(z.mean(0), MOMENTUM)
    spread = (z - mean).square().mean(0).sqrt()
    std.lerp_(spread.clamp(min=1e-6), MOMENTUM)
