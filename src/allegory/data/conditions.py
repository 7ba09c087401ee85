"""Conditions on what is known of each example, in words: "label=cat", "smile=0.7..1"."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from allegory.errors import UserError, unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from allegory.data.dataset import Column

__all__ = ["rows_where"]


def rows_where(columns: Mapping[str, Column], condition: str, source: str) -> NDArray[np.int64]:
    """The rows of which a condition holds: COLUMN=NAME or COLUMN=LOW..HIGH, either end left out.

    Raises:
        UserError: it is not understood, there is no such column or name, or it holds of no row.
    """
    name, equals, value = (part.strip() for part in condition.partition("="))
    if not equals or not value:
        raise UserError(f"'{condition}' must be COLUMN=NAME or COLUMN=LOW..HIGH.")
    if name not in columns:
        raise unknown("column", name, columns)
    column = columns[name]
    if column.kind == "number":
        low, high = _range(condition, value)
        numbers = column.values.astype(np.float64)
        holds = (numbers >= low) & (numbers <= high)
    elif column.kind == "category":
        if value not in column.names:
            raise unknown(f"value of '{name}'", value, column.names)
        holds = column.values == column.names.index(value)
    else:
        holds = column.values == value
    rows = np.flatnonzero(holds).astype(np.int64)
    if not len(rows):
        raise UserError(f"no example of '{source}' has {condition}.")
    return rows


def _range(condition: str, value: str) -> tuple[float, float]:
    low, dots, high = value.partition("..")
    try:
        ends = (float(low or -math.inf), float((high if dots else low) or math.inf))
    except ValueError:
        raise UserError(
            f"'{condition}': a range of numbers is LOW..HIGH, such as 0..0.3."
        ) from None
    return ends
