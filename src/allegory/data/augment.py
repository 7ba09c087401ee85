"""Changes to training pictures that keep their meaning, seeded by (seed, step, row)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

__all__ = ["flip"]

WORD = 1 << 64


def flip(x: Tensor, rows: NDArray[np.int64] | Tensor, seed: int, step: int) -> Tensor:
    """Mirror about half of the pictures left to right.

    Whether a picture is mirrored follows from (seed, step, row) alone: the result does not depend
    on how the batch is cut, nor on the device.

    Args:
        x: pictures (n, channels, height, width).
        rows: which example each picture is, (n,).
        seed: seed of the run.
        step: step of the run.
    """
    import torch

    h = torch.as_tensor(rows, device=x.device).long() + _signed(_mix(_mix(seed) + step))
    mirrored = (_mix_tensor(h) & 1).bool()
    return torch.where(mirrored[:, None, None, None], x.flip(-1), x)


# The finaliser of SplitMix64: Steele, Lea & Flood (2014), "Fast splittable pseudorandom number
# generators", figure 16, with the constants of its published variant 13.
FIRST, SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def _mix(h: int) -> int:
    h = (h + 0x9E3779B97F4A7C15) % WORD
    h = (h ^ (h >> 30)) * FIRST % WORD
    h = (h ^ (h >> 27)) * SECOND % WORD
    return h ^ (h >> 31)


def _mix_tensor(h: Tensor) -> Tensor:
    """The same on int64, where products wrap; a mask makes the shift a logical one."""
    h = (h ^ (h >> 30 & (1 << 34) - 1)) * _signed(FIRST)
    h = (h ^ (h >> 27 & (1 << 37) - 1)) * _signed(SECOND)
    return h ^ (h >> 31 & (1 << 33) - 1)


def _signed(h: int) -> int:
    return h - WORD if h >= WORD // 2 else h
