"""Classes drawn as often as they are among the data."""

import torch
from torch import Generator, Tensor

__all__ = ["draw_labels"]


def draw_labels(shares: Tensor, n: int, rng: Generator) -> Tensor:
    """Draw n classes by their shares (classes,): int64 indices (n,), where the shares are."""
    drawn = torch.multinomial(shares.to(rng.device), n, replacement=True, generator=rng)
    return drawn.to(shares.device)
