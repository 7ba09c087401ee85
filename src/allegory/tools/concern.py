"""Which examples a model's codes, samples and densities are about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from allegory.capabilities import Selective

if TYPE_CHECKING:
    from allegory.data.dataset import Dataset

__all__ = ["concern"]


def concern(model: object, data: Dataset) -> Dataset:
    """The examples that a model is about: all, or of a `Selective` one those of its classes.

    All as well where the data do not know of such classes. The name says which they are.
    """
    if not isinstance(model, Selective):
        return data
    column = data.table().get(model.label)
    if column is None or column.kind != "category":
        return data
    ours = [k for k, name in enumerate(column.names) if name in model.positive]
    rows = np.flatnonzero(np.isin(column.values, ours))
    if not 0 < len(rows) < len(data):
        return data
    return replace(data.select(rows), name=f"{data.name} ({', '.join(model.positive)})")
