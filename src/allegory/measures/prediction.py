"""How well quantities are read off examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allegory.measures.estimate import estimate

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Prediction", "r_squared", "r_squared_parts"]


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
    y, read = truth[known].double(), predicted[known].double()
    if len(y) < 2 or y.min() == y.max():
        return None
    found = estimate(r_squared_parts(y, read))
    rmse = float((y - read).square().mean().sqrt())
    return Prediction(found.mean, found.low, min(found.high, 1.0), rmse, found.n)


def r_squared_parts(truth: Tensor, predicted: Tensor) -> Tensor:
    """R² plus each example's influence on it, (n,): their mean is R², and they give its interval.

    A ratio of means is, to first order, a mean of these.

    Args:
        truth: (n,), not all equal.
        predicted: (n,).
    """
    error, deviation = (truth - predicted).square(), (truth - truth.mean()).square()
    ratio = error.mean() / deviation.mean()
    return 1 - ratio - (error - ratio * deviation) / deviation.mean()
