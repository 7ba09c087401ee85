"""A mean over examples and its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Estimate", "estimate"]


@dataclass(frozen=True)
class Estimate:
    """The mean of a quantity over n examples."""

    mean: float
    low: float
    """Lower end of the 95 % interval of the mean, by the normal approximation."""
    high: float
    n: int


def estimate(values: Tensor) -> Estimate:
    """The mean of values (n,) and its 95 % interval; without one where n = 1."""
    n, values = len(values), values.double()
    mean = float(values.mean())
    half = 1.96 * float(values.std()) / math.sqrt(n) if n > 1 else 0.0
    return Estimate(mean, mean - half, mean + half, n)
