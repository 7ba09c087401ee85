"""The delete-a-group jackknife: an interval, and a figure freed of bias of the order 1/n.

Groups of examples are left out in turn, and what remains is measured. The bootstrap is no choice
for distances between samples: a resample holds examples twice, which biases them a second time.
Efron & Stein (1981), "The jackknife estimate of variance": its expectation is never below the
variance, so that the intervals err on the wide side, near 0 as well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Jackknife", "groups_for", "jackknife"]

GROUPS = 20


@dataclass(frozen=True)
class Jackknife:
    """What leaving out groups in turn says."""

    half: float
    """Half of the 95 % interval; infinite with fewer than 2 groups."""
    limit: float
    """The figure without its bias of the order 1/n."""


def groups_for(n: int, most: int = GROUPS) -> tuple[int, tuple[str, ...]]:
    """How many groups to leave out in turn where the smaller side has n examples, and notes.

    Groups have at least 2 examples, so that at least 2 remain.
    """
    groups = min(most, n // 2)
    if groups < 2:
        return 1, (f"no interval: it takes 4 examples of each, and there are {n}.",)
    if groups < most:
        return groups, (f"few examples: the interval is from {groups} groups, not {most}.",)
    return groups, ()


def jackknife(whole: float, left_out: Sequence[float]) -> Jackknife:
    """The interval and the limit of a figure.

    Args:
        whole: the figure on all examples.
        left_out: the figure without each group; fewer than 2 give no interval.
    """
    groups = len(left_out)
    if groups < 2:
        return Jackknife(math.inf, whole)
    from scipy.stats import t

    spread = (groups - 1) * float(np.var(left_out))
    half = float(t.ppf(0.975, groups - 1)) * math.sqrt(spread)
    return Jackknife(half, groups * whole - (groups - 1) * float(np.mean(left_out)))
