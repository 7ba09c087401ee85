"""Which known factor each latent follows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from allegory.data.dataset import Column
    from allegory.tools.traverse import Axis

__all__ = ["correlation_ratio", "name_axes", "spearman"]

THRESHOLD = 0.3
"""Strength below which a name would promise too much."""
CHANCE = 4.0
"""Standard errors of a correlation between unrelated columns that a name has to exceed."""


def name_axes(codes: Tensor, columns: Mapping[str, Column], axes: Sequence[Axis]) -> list[Axis]:
    """Name each axis by the column that its latent follows most closely, where one does.

    `codes` are posterior means (n, latents) and `columns` what is known of the same n examples.
    Numbers are compared by the absolute rank correlation, categories by the correlation ratio,
    both from 0 to 1; text is not compared.
    """
    z = codes.double().cpu().numpy()
    return [replace(axis, name=_name(z[:, axis.index], columns)) for axis in axes]


def _name(z: NDArray[np.float64], columns: Mapping[str, Column]) -> str | None:
    strengths = {name: _strength(z, column) for name, column in columns.items()}
    best = max(strengths, key=lambda name: strengths[name], default=None)
    if best is None or strengths[best] < THRESHOLD:
        return None
    return f"{best} ({strengths[best]:.2f})"


def _strength(z: NDArray[np.float64], column: Column) -> float:
    """How closely z follows the column, 0 to 1; 0 where chance alone could do it."""
    if column.kind == "text":
        return 0.0
    values = column.values.astype(np.float64)
    known = np.isfinite(values) if column.kind == "number" else values >= 0
    if known.sum() <= CHANCE**2:
        return 0.0
    compare = spearman if column.kind == "number" else correlation_ratio
    strength = abs(compare(z[known], values[known]))
    return strength if strength * np.sqrt(known.sum()) > CHANCE else 0.0


def spearman(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """The correlation of the ranks of two columns, (n,) each: -1 to 1; 0 for a constant."""
    a, b = (_ranks(c) - (len(c) - 1) / 2 for c in (a, b))
    scale = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / scale) if scale > 0 else 0.0


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks from 0, equal values sharing their mean rank."""
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    first = np.cumsum(counts) - counts
    ranks: NDArray[np.float64] = (first + (counts - 1) / 2)[group]
    return ranks


def correlation_ratio(values: NDArray[np.float64], groups: NDArray[np.float64]) -> float:
    """How much of the spread of values (n,) their groups (n,) explain: 0 to 1.

    The square root of Kelley's epsilon squared (1935), which, unlike eta squared, does not grow
    with the number of groups.
    """
    _, group, counts = np.unique(groups, return_inverse=True, return_counts=True)
    n, k = len(values), len(counts)
    total = float(np.square(values - values.mean()).sum())
    if k < 2 or n <= k or total <= 0:
        return 0.0
    means = np.bincount(group, weights=values) / counts
    within = float(np.square(values - means[group]).sum())
    return float(np.sqrt(max(0.0, 1 - (within / (n - k)) / (total / (n - 1)))))
