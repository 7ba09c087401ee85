"""Randomness that depends on the clock alone, however the work is sliced."""

from __future__ import annotations

import hashlib

import torch
from torch import Tensor

__all__ = ["Noise", "fold", "seed_layers"]


def fold(*parts: int | str) -> int:
    """One seed in [0, 2^63) from several numbers and names; any change gives another."""
    digest = hashlib.blake2b(repr(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def seed_layers(seed: int, device: torch.device) -> None:
    """Seed what layers such as dropout draw from: torch's own generator on the device.

    Not torch.manual_seed: it keeps a trace of the stack for every device that is not in use.
    """
    torch.default_generator.manual_seed(seed)
    if device.type == "cuda":
        torch.cuda.manual_seed(seed)


class Noise:
    """Random numbers for the examples that a slice of a global batch holds.

    They are drawn for the whole batch and cut, so that each example gets the same numbers on one
    process or on many, in one piece or in several.
    """

    def __init__(
        self,
        seed: int,
        *,
        batch: int,
        rows: slice = slice(None),
        device: torch.device | str = "cpu",
    ) -> None:
        """Noise of the examples `rows` of a global batch of `batch` examples."""
        self.batch, self.rows, self.device = batch, rows, device
        self.rng = torch.Generator(device).manual_seed(seed)

    def normal(self, *shape: int) -> Tensor:
        """Standard normal numbers, (examples of this slice, *shape)."""
        drawn = torch.randn(self.batch, *shape, generator=self.rng, device=self.device)
        return drawn[self.rows]

    def uniform(self, *shape: int) -> Tensor:
        """Numbers in [0, 1), (examples of this slice, *shape)."""
        drawn = torch.rand(self.batch, *shape, generator=self.rng, device=self.device)
        return drawn[self.rows]
