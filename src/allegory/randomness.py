"""Randomness is an argument: a generator, or a seed for a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Generator

__all__ = ["generator"]


def generator(rng: Generator | int) -> Generator:
    """The generator itself, or a new one on the processor with this seed."""
    import torch

    return torch.Generator().manual_seed(rng) if isinstance(rng, int) else rng
