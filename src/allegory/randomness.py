"""Randomness is an argument: a generator, or a seed for a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Generator, Tensor

__all__ = ["draw_classes", "generator", "some_rows"]


def generator(rng: Generator | int) -> Generator:
    """The generator itself, or a new one on the processor with this seed."""
    import torch

    return torch.Generator().manual_seed(rng) if isinstance(rng, int) else rng


def draw_classes(shares: Tensor, n: int, rng: Generator) -> Tensor:
    """Draw n classes by their shares (classes,): int64 indices (n,), where the shares are."""
    drawn = shares.to(rng.device).multinomial(n, replacement=True, generator=rng)
    return drawn.to(shares.device)


def some_rows(n: int, most: int) -> NDArray[np.int64]:
    """At most so many of n rows, in no order, and always the same: data come class by class."""
    import numpy as np

    return np.random.default_rng(0).permutation(n)[:most].astype(np.int64)
