"""Weights that even a data set out, a subset drawn by them, and how shares of groups move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from allegory.errors import UserError
from allegory.measures.grouping import BINS, in_bins, quantiles
from allegory.measures.rarity import (
    ALPHA,
    CAP,
    balancing_weights,
    capped_weights,
    histogram_weights,
    log_alike,
    log_histograms,
    rarity,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from allegory.data.dataset import Column

    Floats = NDArray[np.float64]

__all__ = ["Balance", "Density", "Shares", "balance", "balanced_subset", "shares"]

Density = Literal["kernel", "histograms"]
MOST = 40
"""Categories from which on a column is no grouping."""


@dataclass(frozen=True)
class Balance:
    """How rare each of n examples is, and the weight that evens it out."""

    weights: Floats
    """(n,), of mean 1: how often an example should count, over how often it does."""
    rarity: Floats
    """(n,), in (0, 1): the share of the examples (of its group) that have more like them."""


def balance(
    codes: Floats,
    groups: NDArray[np.integer] | None = None,
    *,
    density: Density = "kernel",
    alpha: float = ALPHA,
    cap: float = CAP,
    advance: Callable[[int], None] | None = None,
) -> Balance:
    """Weigh examples by how rare their codes are, each among those of its group.

    A group has the same sum of weights as it has examples: its share stays.

    Args:
        codes: (n, latents).
        groups: (n,), which group each is in; None: all are one.
        density: among all latents at once (`log_alike`), or as published (`log_histograms`).
        alpha: added to each density, in mean densities: the larger, the more even the weights.
        cap: no weight is larger.
        advance: told how many more examples are done.

    Raises:
        UserError: a number is out of its range, or the codes are not finite.
    """
    n = len(codes)
    weights, rare = np.ones(n), np.full(n, 0.5)
    for group in np.unique(groups) if groups is not None else [None]:
        rows = np.arange(n) if groups is None else np.flatnonzero(groups == group)
        if density == "kernel":
            alike = log_alike(codes[rows], advance=advance)
            weights[rows] = balancing_weights(alike, alpha, cap)
        else:
            alike = log_histograms(codes[rows], min(alpha, 1e6))
            weights[rows] = histogram_weights(codes[rows], alpha, cap)
        rare[rows] = rarity(alike)
    return Balance(weights, rare)


def balanced_subset(weights: Floats, n: int, seed: int) -> NDArray[np.int64]:
    """Rows of n examples, sorted, none twice, each drawn with a chance that its weight is part of.

    Systematic sampling in random order (Madow 1949, "On the theory of systematic sampling"): the
    chances are exactly proportional to the weights, except that none is above 1.

    Args:
        weights: (m,), none negative.
        n: how many.
        seed: of the draw.

    Raises:
        UserError: there are no n examples that weigh something.
    """
    there = np.flatnonzero(weights > 0)
    if not 1 <= n <= len(there):
        raise UserError(f"can't select {n:,} of {len(there):,} examples.")
    chances = capped_weights(np.log(weights[there]), len(there) / n) * (n / len(there))
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(there))
    # rounding may neither lose the last one nor add one
    passed = np.floor(np.cumsum(chances[order]) * (n / chances.sum()) - rng.random() + 1e-9)
    hit = np.diff(passed, prepend=-1.0) > 0
    drawn = order[hit]
    if len(drawn) != n:  # only where chances of 1 meet rounding
        rest = order[~hit][np.argsort(-chances[order[~hit]], kind="stable")]
        drawn = np.concatenate([drawn, rest])[:n]
    return np.sort(there[drawn])


@dataclass(frozen=True)
class Shares:
    """Shares of the groups of a column among examples, before and after weighting."""

    names: tuple[str, ...]
    """Of the k groups; those without a value are "missing"."""
    counts: NDArray[np.int64]
    """(k,): examples."""
    before: Floats
    """(k,), of sum 1: each example counts once."""
    after: Floats
    """(k,), of sum 1: each counts as it weighs."""


def shares(columns: Mapping[str, Column], weights: Floats) -> dict[str, Shares]:
    """How weights (n,) move the shares of every column that groups its examples.

    Numbers are cut at their quantiles; text, columns of one value, of more than 40 categories and
    the split are left out.
    """
    found = {}
    for name, column in columns.items():
        if column.kind == "text" or name == "split":
            continue
        groups = in_bins(column, quantiles(column, BINS))
        place = groups.values.astype(np.int64)
        names = groups.names
        if (place < 0).any():
            place, names = np.where(place < 0, len(names), place), (*names, "missing")
        counts = np.bincount(place, minlength=len(names))
        if not 1 < (counts > 0).sum() <= MOST:
            continue
        weighed = np.bincount(place, weights=weights, minlength=len(names))
        kept = np.flatnonzero(counts)
        found[name] = Shares(
            tuple(names[k] for k in kept),
            counts[kept],
            counts[kept] / counts.sum(),
            weighed[kept] / weighed.sum(),
        )
    return found
