"""Randomness is an argument: a generator, or a seed for a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Generator, Tensor

__all__ = ["draw_classes", "generator"]


def generator(rng: Generator | int) -> Generator:
    """The generator itself, or a new one on the processor with this seed."""
    import torch

    return torch.Generator().manual_seed(rng) if isinstance(rng, int) else rng


def draw_classes(shares: Tensor, n: int, rng: Generator) -> Tensor:
    """Draw n classes by their shares (classes,): int64 indices (n,), where the shares are."""
    drawn = shares.to(rng.device).multinomial(n, replacement=True, generator=rng)
    return drawn.to(shares.device)
