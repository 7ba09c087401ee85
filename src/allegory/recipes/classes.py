"""The classes that a recipe learns: the categories of a column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allegory.data.join import LABEL
from allegory.errors import UserError

if TYPE_CHECKING:
    from allegory.data.dataset import Dataset

__all__ = ["classes_of", "shares_of", "train_of"]


def classes_of(data: Dataset, label: str) -> tuple[str, ...]:
    """The categories of a column, of which the training split has two or more.

    Raises:
        UserError: there is no such column, it holds no categories, or one at most.
    """
    column = data.columns.get(label)
    if column is None or column.kind != "category":
        categories = [name for name, c in data.columns.items() if c.kind == "category"]
        there = (
            f"columns of categories: {', '.join(categories)}"
            if categories
            else (
                "it has no column of categories; labels come from sub-folders or from metadata.csv"
            )
        )
        if column is None and label == LABEL:
            there += "; or give what it is to be told from: --negatives"
        what = "has no column" if column is None else f"holds {column.kind}s, not categories, in"
        raise UserError(f"'{data.name}' {what} '{label}' to learn classes from; {there}.")
    values = train_of(data).table()[label].values.astype(np.int64)
    if len(np.unique(values[values >= 0])) < 2:
        raise UserError(
            f"the training examples of '{data.name}' are of fewer than two classes of '{label}': "
            "there is nothing to tell apart."
        )
    return column.names


def shares_of(data: Dataset, label: str) -> list[float]:
    """The share of each class among the examples whose class is known."""
    known = data.table()[label].values.astype(np.int64)
    counts = np.bincount(known[known >= 0], minlength=len(classes_of(data, label)))
    return [float(n) / counts.sum() for n in counts]


def train_of(data: Dataset) -> Dataset:
    """The examples to train on: all, where there are no splits."""
    return data.split("train") if "train" in data.splits else data
