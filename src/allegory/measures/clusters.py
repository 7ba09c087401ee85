"""Kinds of examples: neighbourhoods of codes, how large each is, and what sets it apart."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allegory.measures.balance import MOST
from allegory.measures.grouping import BINS, in_bins, quantiles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from allegory.data.dataset import Column

__all__ = ["Cluster", "Trait", "clusters"]

EACH = 15
"""Examples a cluster, at least, on average."""
CHANCE = 4.0
"""Standard errors by which a share has to differ to be named."""


@dataclass(frozen=True)
class Trait:
    """A group that is more frequent in a cluster than elsewhere."""

    column: str
    group: str
    share: float
    """Within the cluster."""
    overall: float
    """Among all examples."""


@dataclass(frozen=True)
class Cluster:
    """Examples that are alike."""

    rows: NDArray[np.int64]
    """(k,): those nearest the middle first."""
    share: float
    """Of all examples."""
    rarity: float
    """Mean of its examples: 1/2 is usual."""
    traits: tuple[Trait, ...]
    """What is more frequent in it than chance allows, the most telling first."""


def clusters(
    codes: NDArray[np.floating],
    rarity: NDArray[np.float64],
    columns: Mapping[str, Column],
    most: int,
    seed: int,
) -> list[Cluster]:
    """Cut codes (n, latents) into at most so many neighbourhoods, the largest first.

    By k-means (Lloyd 1982): the borders are where codes are cut, not where gaps are.

    Args:
        codes: of the examples.
        rarity: (n,) of them.
        columns: what is known of them.
        most: clusters.
        seed: of where the search begins.
    """
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    n = len(codes)
    k = min(most, max(1, n // EACH))
    z = codes.astype(np.float64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # fewer distinct codes than clusters
        fitted = KMeans(k, n_init=4, random_state=seed).fit(z)
    away = np.linalg.norm(z - fitted.cluster_centers_[fitted.labels_], axis=1)
    groups = _groups(columns)
    found = []
    for label in np.unique(fitted.labels_):
        rows = np.flatnonzero(fitted.labels_ == label)
        rows = rows[np.argsort(away[rows], kind="stable")]
        found.append(
            Cluster(rows, len(rows) / n, float(rarity[rows].mean()), _traits(rows, groups))
        )
    return sorted(found, key=lambda cluster: -cluster.share)


def _groups(columns: Mapping[str, Column]) -> dict[str, Column]:
    """The columns that group examples, as categories."""
    found = {}
    for name, column in columns.items():
        if column.kind != "text" and name != "split":
            cut = in_bins(column, quantiles(column, BINS))
            if 1 < len(cut.names) <= MOST:
                found[name] = cut
    return found


def _traits(rows: NDArray[np.int64], groups: Mapping[str, Column]) -> tuple[Trait, ...]:
    found = []
    for name, column in groups.items():
        places = column.values.astype(np.int64)
        inside = np.bincount(places[rows][places[rows] >= 0], minlength=len(column.names))
        every = np.bincount(places[places >= 0], minlength=len(column.names))
        m, n = inside.sum(), every.sum()
        for k, group in enumerate(column.names):
            if not m or not every[k]:
                continue
            share, overall = inside[k] / m, every[k] / n
            error = math.sqrt(overall * (1 - overall) / m)
            if share - overall > CHANCE * error and share > 1.2 * overall:
                found.append(((share - overall) / max(error, 1e-9), name, group, share, overall))
    found.sort(key=lambda trait: -trait[0])
    return tuple(Trait(c, g, float(s), float(o)) for _, c, g, s, o in found)
