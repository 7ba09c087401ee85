"""The energy distance between two sets: how far apart the distributions are that they are from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["energy_distance", "inhomogeneity"]


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
    return 2 * across(x, y, matched) - of_others(torch.cdist(x, x)) - of_others(torch.cdist(y, y))


def inhomogeneity(x: Tensor, y: Tensor, *, matched: bool = False) -> Tensor:
    """The energy distance over 2 E‖x − y‖: without units, from 0 where both are alike to 1.

    Székely & Rizzo (2013), the energy coefficient of inhomogeneity; but for the noise of an
    estimate from few rows. Arguments are as of `energy_distance`.
    """
    between = 2 * across(x.float(), y.float(), matched)
    return energy_distance(x, y, matched=matched) / between.clamp(min=1e-12)


def across(x: Tensor, y: Tensor, matched: bool) -> Tensor:
    """Mean distance between a row of x and one of y."""
    apart = torch.cdist(x, y)
    return of_others(apart) if matched else apart.mean()


def of_others(apart: Tensor) -> Tensor:
    """Mean of distances (n, n) between rows of different index."""
    n = len(apart)
    # of many rows, the distance of one to itself is 0 only nearly: they are matrix products
    return (apart.sum() - apart.trace()) / max(n * (n - 1), 1)
