"""In which order examples come: pure functions of seed, epoch and step."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["batch_rows", "order", "share", "sums_of"]

DRAWS_A_BLOCK = 4
"""Doubles that one step of Philox's counter yields."""


def order(
    seed: int, epoch: int, n: int, sums: NDArray[np.float64] | None = None
) -> NDArray[np.int64]:
    """The order of n examples in this epoch, (n,) int64, counted from 0.

    Without weights it is a permutation; with `sums_of` weights (n,) it is n draws with replacement
    in their proportion. A pure function: the same on every machine, with no generator to store.
    """
    if sums is not None:
        return _weighted(seed, epoch * n, n, sums)
    return _permutation(seed, epoch, n).copy()


def batch_rows(
    seed: int, step: int, batch: int, n: int, sums: NDArray[np.float64] | None = None
) -> NDArray[np.int64]:
    """The rows of the global batch of this step, (batch,) int64 in [0, n).

    Batches follow each other through `order(seed, 0, ...)`, `order(seed, 1, ...)`, and so on
    without a gap: a batch may cross the border of an epoch, or span several.
    """
    start = step * batch
    if sums is not None:
        return _weighted(seed, start, batch, sums)
    parts = []
    while batch:
        epoch, at = divmod(start, n)
        part = _permutation(seed, epoch, n)[at : at + batch]
        parts.append(part)
        start += len(part)
        batch -= len(part)
    return np.concatenate(parts)


def share(rows: NDArray[np.int64], rank: int, world: int) -> NDArray[np.int64]:
    """The part of a batch that process `rank` of `world` takes: contiguous, disjoint, complete."""
    return rows[len(rows) * rank // world : len(rows) * (rank + 1) // world]


@lru_cache(maxsize=4)
def _permutation(seed: int, epoch: int, n: int) -> NDArray[np.int64]:
    key = np.array([seed, epoch], dtype=np.uint64)
    rows = np.random.Generator(np.random.Philox(key=key)).permutation(n).astype(np.int64)
    rows.flags.writeable = False
    return rows


def sums_of(weights: NDArray[np.floating]) -> NDArray[np.float64]:
    """What examples are drawn by: sums of the weights up to each, (n,).

    Raises:
        ValueError: a weight is negative or not finite, or all are 0.
    """
    sums = np.cumsum(weights, dtype=np.float64)
    if not (np.all(weights >= 0) and np.isfinite(sums[-1]) and sums[-1] > 0):
        raise ValueError("weights must be finite, not negative, and not all 0")
    return sums


def _weighted(seed: int, start: int, count: int, sums: NDArray[np.float64]) -> NDArray[np.int64]:
    """Draws start ... start + count of the endless weighted stream of this seed."""
    # the key's second half is no epoch, so that the stream meets no permutation's
    bits = np.random.Philox(key=np.array([seed, 2**64 - 1], dtype=np.uint64))
    blocks, skip = divmod(start, DRAWS_A_BLOCK)
    bits.advance(blocks)
    uniform = np.random.Generator(bits).random(skip + count)[skip:]
    rows = np.searchsorted(sums, uniform * sums[-1], side="right")
    # rounding may carry the product to the very end, behind the last example that has weight
    last = np.searchsorted(sums, sums[-1])
    drawn: NDArray[np.int64] = np.minimum(rows, last).astype(np.int64)
    return drawn
