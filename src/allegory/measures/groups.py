"""How evenly a classifier serves groups of examples: rates a group, the worst one, the gap.

Groups are known here only: nothing that is trained sees them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allegory.errors import UserError
from allegory.measures.estimate import FEWEST, Estimate, proportion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from allegory.data.dataset import Column

__all__ = ["RATES", "Groups", "Rate", "Spread", "group_rates"]

RATES = {
    "accuracy": "accuracy",
    "tpr": "true-positive rate",
    "fpr": "false-positive rate",
}
"""What is counted in each group; the last two of two classes only."""


@dataclass(frozen=True)
class Rate:
    """A share of the examples of a group."""

    group: tuple[str, ...]
    """A category of each column; () for all examples."""
    share: Estimate | None
    """None where it has no example to count among."""

    @property
    def enough(self) -> bool:
        """Whether the group can be judged by it."""
        return self.share is not None and self.share.n >= FEWEST


@dataclass(frozen=True)
class Spread:
    """How a rate differs between the groups that can be judged, two at least."""

    worst: Rate
    best: Rate
    gap: Estimate
    """Between those two. Its interval takes it as known which two they are, and is too narrow for
    it where groups are many; n is that of both."""
    variance: float
    """Of the rate over groups, each counted once."""
    chance: float
    """The variance that groups of these sizes would have if all had the same true rate."""


@dataclass(frozen=True)
class Groups:
    """How groups of n examples are classified."""

    overall: dict[str, Rate]
    """Of all n, by name of the rate."""
    rates: dict[str, tuple[Rate, ...]]
    """Of every group that occurs, in the order of their categories."""
    spreads: dict[str, Spread]
    """Of the rates for which two groups can be judged."""
    n: int


def group_rates(
    truth: NDArray[np.integer],
    predicted: NDArray[np.integer],
    columns: Mapping[str, Column],
    positive: int | None = None,
) -> Groups:
    """Count how often examples are told right, group by group.

    The groups are the combinations of the columns' categories that occur. Counted by fairlearn's
    MetricFrame (Weerts et al. 2023, "Fairlearn: assessing and improving fairness of AI systems");
    shares have Wilson's intervals, and are None, not 0, where there is nothing to count.

    Args:
        truth: (n,), index of the class.
        predicted: (n,), likewise.
        columns: categories, (n,) each, none missing.
        positive: the class that is looked for; None: accuracy only.

    Raises:
        UserError: there are no examples.
    """
    from fairlearn.metrics import MetricFrame
    from pandas import DataFrame

    if not len(truth):
        raise UserError("no example is of a known class and of a known group.")
    named = {
        name: np.array(column.names, dtype=object)[column.values.astype(np.int64)]
        for name, column in columns.items()
    }
    orders = [{name: k for k, name in enumerate(column.names)} for column in columns.values()]
    overall, rates = {}, {}
    for name, (among, hit) in _tallies(truth, predicted, positive).items():
        frame = MetricFrame(
            metrics={"n": lambda a, _: int(a.sum()), "hits": lambda a, h: int((a & h).sum())},
            y_true=among,
            y_pred=hit,
            sensitive_features=DataFrame(named),
        )
        overall[name] = _rate((), frame.overall)
        # combinations that do not occur are NaN
        table = frame.by_group.dropna(how="all")
        keys = [key if isinstance(key, tuple) else (key,) for key in table.index]
        found = [_rate(key, row) for key, (_, row) in zip(keys, table.iterrows(), strict=True)]
        found.sort(key=lambda r: [order[g] for order, g in zip(orders, r.group, strict=True)])
        rates[name] = tuple(found)
    spreads = {name: spread for name, found in rates.items() if (spread := _spread(name, found))}
    return Groups(overall, rates, spreads, len(truth))


def _tallies(
    truth: NDArray[np.integer], predicted: NDArray[np.integer], positive: int | None
) -> dict[str, tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Of each rate, among which examples it is a share, and which of them count, (n,) each."""
    found = {"accuracy": (np.ones(len(truth), bool), truth == predicted)}
    if positive is not None:
        taken = predicted == positive
        found |= {"tpr": (truth == positive, taken), "fpr": (truth != positive, taken)}
    return found


def _rate(group: tuple[str, ...], row: Mapping[str, float]) -> Rate:
    n = int(row["n"])
    return Rate(group, proportion(int(row["hits"]), n) if n else None)


def _spread(name: str, rates: Sequence[Rate]) -> Spread | None:
    """How the rates of the groups that can be judged differ; None with fewer than two."""
    judged = [(rate, rate.share) for rate in rates if rate.share is not None and rate.enough]
    if len(judged) < 2:
        return None
    sign = -1 if name == "fpr" else 1
    judged.sort(key=lambda pair: sign * pair[1].mean)
    (worst, low), (best, high) = judged[0], judged[-1]
    means = np.array([share.mean for _, share in judged])
    pooled = float(np.average(means, weights=[share.n for _, share in judged]))
    noise = [pooled * (1 - pooled) / share.n for _, share in judged]
    gap = _difference(*sorted((low, high), key=lambda share: share.mean))
    return Spread(worst, best, gap, float(means.var(ddof=1)), float(np.mean(noise)))


def _difference(low: Estimate, high: Estimate) -> Estimate:
    """The greater share minus the smaller one, with its 95 % interval.

    Newcombe (1998), "Interval estimation for the difference between independent proportions",
    method 10: from the Wilson intervals of both.
    """
    gap = high.mean - low.mean
    down = math.hypot(high.mean - high.low, low.high - low.mean)
    up = math.hypot(high.high - high.mean, low.mean - low.low)
    return Estimate(gap, gap - down, gap + up, low.n + high.n)
