"""The mean of a figure over repeated runs, and its interval."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Replicates", "replicates"]


@dataclass(frozen=True)
class Replicates:
    """A figure over n independent runs that differ in their seed alone."""

    mean: float
    low: float | None
    """Lower end of the 95 % interval of the mean; None for one run, which says nothing of it."""
    high: float | None
    n: int

    @property
    def ends(self) -> tuple[float, float] | None:
        """The interval, where there is one."""
        return None if self.low is None or self.high is None else (self.low, self.high)


def replicates(values: Sequence[float]) -> Replicates:
    """The mean of at least one value, and its interval by Student's t with n - 1 degrees.

    Exact for normal values (Student 1908, The Probable Error of a Mean); n is small, so the normal
    approximation of `measures.estimate` would be too narrow: by a factor of 6.5 at n = 2.
    """
    from scipy.special import stdtrit

    n, mean = len(values), statistics.fmean(values)
    if n == 1:
        return Replicates(mean, None, None, n)
    half = float(stdtrit(n - 1, 0.975)) * statistics.stdev(values) / math.sqrt(n)
    return Replicates(mean, mean - half, mean + half, n)
