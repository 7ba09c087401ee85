"""How far points must be carried from one set to the other, seen along many directions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["sliced_wasserstein"]


def sliced_wasserstein(x: Tensor, y: Tensor, directions: Tensor) -> float:
    """The mean, over directions, of the 1-Wasserstein distance between projections.

    Bonneel et al. (2015), "Sliced and Radon Wasserstein barycenters of measures", section 2.2.
    Never below 0 in expectation, even for equal distributions: compare with that of real samples.

    Args:
        x: (n, size).
        y: (n, size), as many.
        directions: (k, size), of any length but 0.
    """
    unit = directions / directions.norm(dim=1, keepdim=True)
    a, b = (points @ unit.T for points in (x, y))
    return float((a.sort(0).values - b.sort(0).values).abs().mean())
