"""A mean over examples and its interval; a share of examples and its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["FEWEST", "Z95", "Estimate", "estimate", "proportion", "wilson"]

FEWEST = 20
"""Examples below which measures of codes say nothing."""

Z95 = 1.96
"""A normal variable lies within so many deviations with probability 95 %."""


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
    half = Z95 * float(values.std()) / math.sqrt(n) if n > 1 else 0.0
    return Estimate(mean, mean - half, mean + half, n)


def proportion(hits: int, n: int) -> Estimate:
    """The share hits / n and its 95 % interval, which stays inside [0, 1].

    Wilson (1927), "Probable inference, the law of succession, and statistical inference".
    """
    return Estimate(hits / n, *wilson(hits / n, n), n)


def wilson(share: float, n: float) -> tuple[float, float]:
    """Both ends of the 95 % interval of a share of n examples; n need not be whole."""
    z2 = Z95**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 * math.sqrt(share * (1 - share) / n + z2 / (4 * n**2)) / (1 + z2 / n)
    low = 0.0 if share == 0 else centre - half  # which rounding would miss by a hair
    high = 1.0 if share == 1 else centre + half
    return low, high
