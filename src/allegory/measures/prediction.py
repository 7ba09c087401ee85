"""How well quantities are read off examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allegory.measures.estimate import estimate

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Prediction", "r_squared"]


@dataclass(frozen=True)
class Prediction:
    """How much of a quantity's variance is read."""

    r2: float
    """1 − squared error / variance: 1 at best, 0 for always saying the mean, without lower end."""
    low: float
    """Lower end of the 95 % interval, by the normal approximation."""
    high: float
    rmse: float
    """Root of the mean squared error, in the quantity's unit."""
    n: int


def r_squared(truth: Tensor, predicted: Tensor) -> Prediction | None:
    """The coefficient of determination; None without 2 examples that differ.

    Args:
        truth: (n,), NaN where it is not known: left out.
        predicted: (n,).
    """
    known = truth.isfinite()
    y, error = truth[known].double(), (truth - predicted)[known].double().square()
    if len(y) < 2 or y.min() == y.max():
        return None
    deviation = (y - y.mean()).square()
    ratio = error.mean() / deviation.mean()
    # a ratio of means is, to first order, a mean of these
    found = estimate(1 - ratio - (error - ratio * deviation) / deviation.mean())
    rmse = float(error.mean().sqrt())
    return Prediction(found.mean, found.low, min(found.high, 1.0), rmse, found.n)
