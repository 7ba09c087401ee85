"""Systems side by side: how a figure differs between them, and which is best if one is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from allegory.measures.replicates import Replicates, replicates

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Comparison", "Measured", "compared", "difference"]


@dataclass(frozen=True)
class Measured:
    """A figure of one run."""

    value: float
    low: float | None = None
    """Lower end of its 95 % interval over examples, where it has one."""
    high: float | None = None


@dataclass(frozen=True)
class Comparison:
    """A figure of several systems, by their names."""

    values: Mapping[str, Replicates]
    """The mean over a system's seeds; of a single run its interval is the one over examples."""
    differences: Mapping[str, Replicates]
    """From the first system."""
    best: str | None
    """The system that is better than each other one, by the intervals; None where none is."""


def compared(
    runs: Mapping[str, Mapping[int, Measured]], better: Literal["lower", "higher", ""]
) -> Comparison:
    """Compare a figure of at least one system.

    Args:
        runs: the runs of each system by their seeds, one at least; the first is compared with.
        better: which way is better.
    """
    first = next(iter(runs))
    return Comparison(
        {name: summary(found) for name, found in runs.items()},
        {name: difference(runs[first], found) for name, found in runs.items() if name != first},
        _best(runs, better),
    )


def summary(runs: Mapping[int, Measured]) -> Replicates:
    """The mean over seeds with Student's interval; of one run its own."""
    if len(runs) > 1:
        return replicates([run.value for run in runs.values()])
    (run,) = runs.values()
    return Replicates(run.value, run.low, run.high, 1)


def difference(a: Mapping[int, Measured], b: Mapping[int, Measured]) -> Replicates:
    """How much more b is than a: the mean over the seeds that both have, and its interval.

    In pairs, so that what a seed does to both is no part of it. Where fewer than two seeds are
    common there is no interval; where none is, it is that of the means.
    """
    common = [seed for seed in a if seed in b]
    if common:
        return replicates([b[seed].value - a[seed].value for seed in common])
    return Replicates(summary(b).mean - summary(a).mean, None, None, 0)


def _best(
    runs: Mapping[str, Mapping[int, Measured]], better: Literal["lower", "higher", ""]
) -> str | None:
    if not better or len(runs) < 2:
        return None
    sign = 1 if better == "higher" else -1
    leader = max(runs, key=lambda name: sign * summary(runs[name]).mean)
    ahead = all(_ahead(runs[leader], runs[name], sign) for name in runs if name != leader)
    return leader if ahead else None


def _ahead(a: Mapping[int, Measured], b: Mapping[int, Measured], sign: int) -> bool:
    """Whether a is better than b: in pairs over seeds; of single runs by intervals apart."""
    if len(a) == len(b) == 1:
        mine, other = summary(a).ends, summary(b).ends
        if mine is None or other is None:
            return False
        return mine[0] > other[1] if sign > 0 else mine[1] < other[0]
    between = difference(b, a).ends
    return between is not None and (between[0] > 0 if sign > 0 else between[1] < 0)
