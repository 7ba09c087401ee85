"""The energy distance between two sets: how far apart the distributions are that they are from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["energy_distance"]


def energy_distance(x: Tensor, y: Tensor, *, matched: bool = False) -> Tensor:
    """2 E‖x − y‖ − E‖x − x'‖ − E‖y − y'‖ over rows of x (n, d) and y (m, d): a scalar.

    0 on average where both are from one distribution, else above: Székely & Rizzo (2013), "Energy
    statistics", section 2. An estimate without bias, whatever n and m, so that means over batches
    are means over all; of one row alone, the distance to itself counts as 0.

    Args:
        x: independent rows.
        y: independent rows.
        matched: row i of y depends on row i of x, as where it was drawn for the same class: such
            pairs, nearer than others, do not count.
    """
    x, y = x.float(), y.float()
    apart = distances(x, y)
    across = of_others(apart) if matched else apart.mean()
    return 2 * across - of_others(distances(x, x)) - of_others(distances(y, y))


def of_others(apart: Tensor) -> Tensor:
    """Mean of distances (n, n) between rows of different index."""
    n = len(apart)
    return (apart.sum() - apart.trace()) / max(n * (n - 1), 1)


def distances(x: Tensor, y: Tensor) -> Tensor:
    """From each row of x (n, d) to each of y (m, d): (n, m)."""
    # torch's way with many rows, matrix products, loses the digits of those far from the origin
    return torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist")
