"""Codes and known factors side by side, in the form that measures of disentanglement read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from allegory.errors import UserError
from allegory.measures.estimate import FEWEST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from allegory.data.dataset import Column

__all__ = ["Basis", "Factor", "Table", "demand_finite", "table_of"]


@dataclass(frozen=True)
class Factor:
    """What is known of each example in one respect; it has two values or more."""

    name: str
    kind: Literal["number", "category"]
    values: NDArray[np.float64]
    """(n,): a number itself; of a category its index among those that occur."""
    bins: NDArray[np.int64]
    """(n,), from 0 without gaps: a category's index, or the bin of a number."""

    @property
    def levels(self) -> int:
        """Number of categories or bins, 2 or more."""
        return int(self.bins.max()) + 1


@dataclass(frozen=True)
class Basis:
    """What a score rests on."""

    n: int
    """Examples used."""
    dropped: int
    """Examples left out because a factor's value is missing."""
    factors: tuple[str, ...]
    """The factors used, in the order of the columns."""
    left_out: dict[str, str]
    """The columns not used, and why."""
    latents: tuple[int, ...]
    """The latents used: those that are not constant."""
    bins: int
    """Equal-count bins of a number, at most; a number of fewer values has a bin for each."""


@dataclass(frozen=True)
class Table:
    """Codes and factors of the same n examples."""

    codes: NDArray[np.float64]
    """(n, latents used), each of mean 0 and standard deviation 1."""
    factors: tuple[Factor, ...]
    basis: Basis


def table_of(
    codes: NDArray[np.floating], columns: Mapping[str, Column], *, bins: int = 20
) -> Table:
    """Codes and factors without missing values; latents and factors that vary.

    Constant latents are left out, as they carry nothing (where all are constant, one stays).
    Text, constant columns and columns missing for more than half of the examples are left out;
    then the examples for which one of the others is missing.

    Args:
        codes: posterior means, (n, latents), in any unit.
        columns: what is known of each, (n,); a missing number is NaN, a missing category -1.
        bins: equal-count bins of a number.

    Raises:
        UserError: codes and columns of different length, codes that are not finite, no factor
            left, or fewer than 20 examples.
    """
    n = len(codes)
    for name, column in columns.items():
        if len(column.values) != n:
            raise UserError(f"there are {n} codes, but '{name}' is known of {len(column.values)}.")
    demand_finite(codes)
    left_out = {name: "text" for name, c in columns.items() if c.kind == "text"}
    known = {name: _known(c) for name, c in columns.items() if name not in left_out}
    left_out |= {name: "mostly missing" for name, here in known.items() if 2 * here.sum() < n}
    used = [name for name in known if name not in left_out]
    kept = np.all([known[name] for name in used], axis=0) if used else np.zeros(n, bool)
    if kept.sum() < FEWEST and used:
        raise UserError(
            f"only {kept.sum()} examples have a value of every factor ({', '.join(used)}): "
            f"disentanglement is measured on {FEWEST} or more."
        )
    factors = [_factor(name, columns[name], kept, bins) for name in used]
    left_out |= {f.name: "constant" for f in factors if f.levels < 2}
    factors = [f for f in factors if f.levels > 1]
    if not factors:
        raise UserError("disentanglement is measured against known factors, and none varies here.")
    names = tuple(f.name for f in factors)
    z, latents = _standard(codes[kept])
    basis = Basis(len(z), int(n - kept.sum()), names, left_out, latents, bins)
    return Table(z, tuple(factors), basis)


def demand_finite(codes: NDArray[np.floating[Any]]) -> None:
    """Raise a UserError where some codes are not finite."""
    if not np.isfinite(codes).all():
        raise UserError("some codes are not finite: the encoder's weights are damaged.")


def _known(column: Column) -> NDArray[np.bool_]:
    values = column.values.astype(np.float64)
    return np.isfinite(values) if column.kind == "number" else values >= 0


def _factor(name: str, column: Column, kept: NDArray[np.bool_], bins: int) -> Factor:
    values = column.values[kept].astype(np.float64)
    distinct, index = np.unique(values, return_inverse=True)
    if column.kind == "category":
        return Factor(name, "category", index.astype(np.float64), index)
    if len(distinct) > bins:
        edges = np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1])
        _, index = np.unique(np.searchsorted(edges, values, side="right"), return_inverse=True)
    return Factor(name, "number", values, index)


def _standard(codes: NDArray[np.floating]) -> tuple[NDArray[np.float64], tuple[int, ...]]:
    """The latents that vary, each of mean 0 and standard deviation 1, and which they are."""
    z = codes.astype(np.float64)
    mean, std = z.mean(0), z.std(0)
    live = np.flatnonzero(std > 1e-6 * np.abs(mean))  # below, float32 codes vary by rounding only
    if not len(live):
        return np.zeros((len(z), 1)), (0,)
    return (z[:, live] - mean[live]) / std[live], tuple(live.tolist())
