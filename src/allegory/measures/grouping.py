"""Groups of examples: categories of a column, bins of its numbers, or several columns crossed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allegory.data.dataset import Column
from allegory.errors import UserError, unknown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["BINS", "crossed", "in_bins", "quantiles", "rounded"]

BINS = 5
"""Groups that a column of numbers is cut into."""

ROUND = (1.0, 2.0, 5.0, 10.0)


def crossed(
    columns: Mapping[str, Column], names: Sequence[str], bins: int = BINS
) -> tuple[tuple[Column, ...], NDArray[np.bool_]]:
    """The columns of these names as categories, numbers cut at their quantiles, and who has them.

    Returns:
        A category for each name, and (n,): whether an example has a value in all of them.

    Raises:
        UserError: there is no such column, or it holds text.
    """
    found = []
    for name in names:
        if name not in columns:
            raise unknown("column", name, columns)
        if columns[name].kind == "text":
            raise UserError(f"the column '{name}' holds text that rarely repeats: no groups.")
        found.append(in_bins(columns[name], quantiles(columns[name], bins)))
    known = np.logical_and.reduce([column.values.astype(np.int64) >= 0 for column in found])
    return tuple(found), known


def quantiles(column: Column, bins: int) -> NDArray[np.float64]:
    """Borders that cut a column of numbers into about equally many examples; none of categories.

    Values that are equal stay together, so that there may be fewer bins.
    """
    if column.kind != "number":
        return np.empty(0)
    values = column.values.astype(np.float64)
    values = values[np.isfinite(values)]
    distinct: NDArray[np.float64] = np.unique(values)
    if len(distinct) <= bins:
        return distinct[1:]
    borders: NDArray[np.float64] = np.unique(
        np.quantile(values, np.arange(1, bins) / bins, method="higher")
    )
    return np.asarray(borders[borders > distinct[0]])


def rounded(column: Column, about: int) -> NDArray[np.float64]:
    """Round borders, evenly spaced, that cut a column of numbers into about so many bins."""
    values = column.values.astype(np.float64)
    values = values[np.isfinite(values)]
    if not len(values) or values.min() == values.max():
        return np.empty(0)
    low, high = float(values.min()), float(values.max())
    raw = (high - low) / about
    power = 10.0 ** np.floor(np.log10(raw))
    step = next(r for r in ROUND if r * power >= raw * (1 - 1e-9)) * power
    first, last = int(np.floor(low / step)) + 1, int(np.ceil(high / step))
    borders: NDArray[np.float64] = np.arange(first, last) * step
    return borders


def in_bins(column: Column, borders: NDArray[np.float64]) -> Column:
    """Numbers as categories: border k is the least value of bin k + 1. Categories as they are.

    A bin is named after the least and the greatest value that are in it; one without values is
    left out.
    """
    if column.kind == "category":
        return column
    values = column.values.astype(np.float64)
    known = np.isfinite(values)
    place = np.where(known, np.searchsorted(borders, values, side="right"), -1)
    names: list[str] = []
    index = np.full(len(values), -1, np.int64)
    for k in np.unique(place[known]):
        inside = place == k
        low, high = values[inside].min(), values[inside].max()
        index[inside] = len(names)
        names.append(f"{low:.4g}" if low == high else f"{low:.4g} to {high:.4g}")
    return Column("category", index, tuple(names))
