"""Schedules: pure functions of the images seen."""

import math

__all__ = ["passes", "ramp", "rate"]


def ramp(images: int, length: int) -> float:
    """Rises linearly from 0 to 1 over the first `length` images."""
    return 1.0 if length <= 0 else min(images / length, 1.0)


def rate(images: int, total: int, warmup: int) -> float:
    """Factor of the learning rate: a linear warm-up, then half a cosine down to 0 at `total`.

    Loshchilov & Hutter (2017), "SGDR", equation 5, without restarts.
    """
    if images < warmup:
        return (images + 1) / (warmup + 1)
    part = (images - warmup) / max(total - warmup, 1)
    return 0.5 * (1.0 + math.cos(math.pi * min(part, 1.0)))


def passes(before: int, after: int, every: int) -> bool:
    """Whether a multiple of `every` lies in (before, after]: something is due."""
    return every > 0 and after // every > before // every
