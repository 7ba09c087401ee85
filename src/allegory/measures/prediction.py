"""How well quantities are read off examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allegory.measures.jackknife import groups_for, jackknife

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Prediction", "r_squared"]


@dataclass(frozen=True)
class Prediction:
    """How much of a quantity's variance is read."""

    r2: float
    """1 − squared error / variance: 1 at best, 0 for always saying the mean, without lower end."""
    low: float
    """Lower end of the 95 % interval, by the jackknife."""
    high: float
    rmse: float
    """Root of the mean squared error, in the quantity's unit."""
    n: int


def r_squared(truth: Tensor, predicted: Tensor) -> Prediction | None:
    """The coefficient of determination; None where the quantity does not vary.

    Args:
        truth: (n,), NaN where it is not known: left out.
        predicted: (n,).
    """
    known = truth.isfinite()
    y, error = truth[known].double(), (truth - predicted)[known].double().square()
    if len(y) < 2 or y.min() == y.max():
        return None

    def r2(y: Tensor, error: Tensor) -> float:
        return 1 - float(error.sum() / (y - y.mean()).square().sum())

    groups, _ = groups_for(len(y))
    fold = y.new_tensor(range(len(y))) % groups
    parts = [r2(y[fold != j], error[fold != j]) for j in range(groups)] if groups > 1 else []
    value = r2(y, error)
    half = jackknife(value, parts).half
    return Prediction(
        value, value - half, min(value + half, 1.0), float(error.mean().sqrt()), len(y)
    )
