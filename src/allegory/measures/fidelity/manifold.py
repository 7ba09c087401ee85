"""Precision and recall, density and coverage: how two sets lie among each other's neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allegory.measures.estimate import Estimate, estimate, proportion
from allegory.measures.fidelity.neighbours import radii, within
from allegory.measures.fidelity.sides import Measured, sides

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.measures.fidelity.sides import Rows

__all__ = ["DensityCoverage", "PrecisionRecall", "density_coverage", "precision_recall"]


@dataclass(frozen=True)
class PrecisionRecall:
    """Two shares in [0, 1]."""

    precision: Measured
    """Of generated examples: those inside the real ones' neighbourhoods."""
    recall: Measured
    """Of real examples: those inside the generated ones' neighbourhoods."""


@dataclass(frozen=True)
class DensityCoverage:
    """How often real examples' neighbourhoods are met, and how many of them are met at all."""

    density: Measured
    """Neighbourhoods that a generated example lies in, over k; 1 on average for equal sets."""
    coverage: Measured
    """Share in [0, 1] of real examples with a generated one in their neighbourhood."""


def precision_recall(real: Rows, generated: Rows, *, k: int = 3) -> PrecisionRecall:
    """Shares of each side inside the union of balls that reach to the other's k-th neighbour.

    Kynkäänniemi et al. (2019), "Improved precision and recall metric", equations 1 to 3. Both
    depend on n and k, also for equal sets, where they stay below 1: compare values of the same n.
    The interval is that of a share (Wilson), the other side's balls held fixed.

    Args:
        real: (n, d).
        generated: (m, d).
        k: neighbour that a ball reaches to; fewer where a side has not so many.
    """
    x, y = sides(real, generated)
    k, notes = _neighbour(k, x, y)
    precise = within(y, x, radii(x, k))[0] > 0
    recalled = within(x, y, radii(y, k))[0] > 0
    return PrecisionRecall(
        _measured(proportion(int(precise.sum()), len(y)), x, y, notes),
        _measured(proportion(int(recalled.sum()), len(x)), x, y, notes),
    )


def density_coverage(real: Rows, generated: Rows, *, k: int = 5) -> DensityCoverage:
    """How densely, and how completely, generated examples lie among the real ones.

    Naeem et al. (2020), "Reliable fidelity and diversity metrics", equations 4 and 7. Only the
    real side has balls, so that a stray generated example does no harm. For equal sets of the same
    n coverage is about 1 − 2^−k. The interval of density is of the mean over generated examples,
    that of coverage of a share, the balls held fixed.

    Args:
        real: (n, d).
        generated: (m, d).
        k: neighbour that a ball reaches to; fewer where there are not so many.
    """
    x, y = sides(real, generated)
    k, notes = _neighbour(k, x)
    balls, members = within(y, x, radii(x, k))
    return DensityCoverage(
        _measured(estimate(balls / k), x, y, notes),
        _measured(proportion(int((members > 0).sum()), len(x)), x, y, notes),
    )


def _neighbour(k: int, *balls: Tensor) -> tuple[int, tuple[str, ...]]:
    """The neighbour that balls can reach to, and a note where it is not the k-th."""
    most = min(len(x) for x in balls) - 1
    if k <= most:
        return k, (f"neighbour k = {k}.",)
    return most, (f"few examples: balls reach to neighbour {most}, not {k}.",)


def _measured(found: Estimate, x: Tensor, y: Tensor, notes: tuple[str, ...]) -> Measured:
    if len(x) != len(y):
        notes += (f"unequal sets of {len(x):,} and {len(y):,}: not comparable with equal ones.",)
    return Measured(
        value=found.mean,
        low=found.low,
        high=found.high,
        n_real=len(x),
        n_generated=len(y),
        notes=notes,
    )
