"""Where codes lie: a running mean and deviation, kept with a model."""

from torch import Tensor

__all__ = ["follow"]

MOMENTUM = 0.01
"""Share of a batch."""


def follow(mean: Tensor, std: Tensor, z: Tensor) -> None:
    """Move a running mean and deviation, (latents,) each, towards those of the codes z.

    They stay where codes are not finite: what is kept must get over a move that was skipped.
    """
    moved = mean.lerp(z.mean(0), MOMENTUM)
    mean.copy_(moved.where(moved.isfinite(), mean))
    moved = std.lerp((z - mean).square().mean(0).sqrt().clamp(min=1e-6), MOMENTUM)
    std.copy_(moved.where(moved.isfinite(), std))
