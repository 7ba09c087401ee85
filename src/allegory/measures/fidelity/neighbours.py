"""Nearest neighbours among features, in pieces that fit the memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PAIRS", "Neighbours", "nearest", "radii", "within"]

PAIRS = 2**24
"""Pairs of examples that are compared at once."""


@dataclass(frozen=True)
class Neighbours:
    """The k nearest of each example, the nearest first."""

    distance: Tensor
    """(n, k) float64"""
    index: Tensor
    """(n, k) int64"""


def squared_distances(x: Tensor, y: Tensor) -> Iterator[tuple[int, Tensor]]:
    """Squared distances between x (n, d) and y (m, d), piece by piece: (first row, (rows, m)).

    From inner products: exact to rounding of the squared lengths.
    """
    y2 = y.square().sum(1)
    rows = max(PAIRS // len(y), 1)
    for start in range(0, len(x), rows):
        part = x[start : start + rows]
        squares = torch.addmm(part.square().sum(1, keepdim=True) + y2, part, y.T, alpha=-2)
        yield start, squares.clamp_(min=0)


def nearest(x: Tensor, y: Tensor, k: int) -> Neighbours:
    """The k nearest of y (m, d) to each of x (n, d); where x is y, without itself.

    Distances are computed anew from differences: a copy is at distance 0.
    """
    found = []
    for start, squares in squared_distances(x, y):
        if x is y:
            squares[:, start : start + len(squares)].fill_diagonal_(torch.inf)
        found.append(squares.topk(k, largest=False).indices)
    index = torch.cat(found)
    distance = torch.stack([(x - y[index[:, j]]).norm(dim=1) for j in range(k)], dim=1)
    distance, order = distance.sort(dim=1, stable=True)
    return Neighbours(distance, index.gather(1, order))


def radii(x: Tensor, k: int) -> Tensor:
    """Distance of each of x (n, d) to the k-th nearest of the others: (n,)."""
    return nearest(x, x, k).distance[:, -1]


def within(x: Tensor, y: Tensor, radius: Tensor) -> tuple[Tensor, Tensor]:
    """Who lies in whose ball: x (n, d) in the balls around y (m, d) of these radii (m,).

    Returns:
        How many balls hold each of x, (n,); and how many of x each ball holds, (m,).
    """
    # a copy of a centre is inside, whatever rounding says
    limit = radius.square() * (1 + 1e-9) + 1e-12 * y.square().sum(1)
    balls, members = [], torch.zeros(len(y), dtype=torch.int64)
    for _, squares in squared_distances(x, y):
        inside = squares <= limit
        balls.append(inside.sum(1))
        members += inside.sum(0)
    return torch.cat(balls), members
