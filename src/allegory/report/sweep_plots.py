"""A plot per measure over the varied field, with the interval over seeds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from allegory.report.facts import words
from allegory.report.outcomes import Outcome, Row, Value, figure_names, text
from allegory.report.plots import COLOURS, Series, Tick
from allegory.report.ticks import log_ticks, short, ticks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Axis", "Panel", "axis_of", "panels"]

WIDE = 10.0
"""Ratio of largest to smallest value from which an axis is logarithmic."""
CROWDED = 0.05
"""Share of the axis that two values next to each other need to be told apart."""
APART = 0.02
"""Share of the axis between curves, so that their intervals do not hide each other."""
ROOM = 0.06
"""Share of the axis that is free at each end: the outermost curves still fit."""
FEW = 12
"""Values that are each written at the axis; more get round numbers."""


@dataclass(frozen=True)
class Axis:
    """Where values lie on the level axis, and what is written there."""

    places: Mapping[Value, float]
    ticks: Sequence[Tick]

    @property
    def span(self) -> float:
        """Distance between the outermost places; 1 where there is but one."""
        return max(self.places.values()) - min(self.places.values()) or 1.0

    @property
    def ends(self) -> tuple[float, float]:
        """The outermost places, with a little room."""
        room, places = ROOM * self.span, self.places.values()
        return min(places) - room, max(places) + room


@dataclass(frozen=True)
class Panel:
    """One plot, for a page or a picture."""

    title: str
    series: Sequence[Series]
    x_label: str
    x_range: tuple[float, float]
    """Of the whole axis, so that what failed leaves a gap."""
    ticks: Sequence[Tick]


def axis_of(values: Sequence[Value]) -> Axis:
    """The axis for these values.

    Positive numbers whose ends differ by a factor of ten or more are spaced by their logarithm,
    other numbers by their difference; words, and numbers that would crowd, evenly.
    """
    distinct = list(dict.fromkeys(values))
    numbers = sorted(
        float(v) for v in distinct if isinstance(v, int | float) and not isinstance(v, bool)
    )
    if len(numbers) == len(distinct):
        low, high = numbers[0], numbers[-1]
        warp = math.log10 if low > 0 and high / low >= WIDE else float
        places: dict[Value, float] = {v: warp(v) for v in numbers}
        if len(numbers) > FEW:
            marks = ticks(low, high, 6) if warp is float else log_ticks(low, high)
            return Axis(places, [(warp(v), short(v)) for v in marks])
        steps = [b - a for a, b in pairwise(places.values())]
        if not steps or min(steps) >= CROWDED * sum(steps):
            return Axis(places, [(warp(v), short(v)) for v in numbers])
        distinct = [*numbers]
    places = {value: float(k) for k, value in enumerate(distinct)}
    return Axis(places, [(place, text(value)) for value, place in places.items()])


def panels(rows: Sequence[Row]) -> list[Panel]:
    """A plot for each figure that differs between the runs, over the first varied field.

    None where seeds alone vary. Where several fields do, each combination of the others is a
    curve. Lines join the means over seeds, bars are their 95 % intervals, dots are runs.
    """
    outcomes = [o for row in rows for o in row.outcomes if o.failed is None]
    if not outcomes or not rows[0].values:
        return []
    field, *others = rows[0].values
    axis = axis_of([row.values[field] for row in rows])
    made = []
    for name in figure_names(outcomes):
        if len({o.figures[name] for o in outcomes if name in o.figures}) > 1:
            groups: dict[str, list[Row]] = {}
            for row in rows:
                key = ", ".join(f"{other} {text(row.values[other])}" for other in others)
                groups.setdefault(key, []).append(row)
            drawn = [
                series
                for k, (key, group) in enumerate(groups.items())
                for series in _curve(name, key, group, field, axis, k, len(groups))
            ]
            made.append(Panel(words(name), drawn, field, axis.ends, axis.ticks))
    return made


def _curve(
    name: str, key: str, rows: Sequence[Row], field: str, axis: Axis, index: int, curves: int
) -> list[Series]:
    """The means of a figure over the values of the field, and its runs: a curve of several."""
    aside = min(APART, ROOM / curves) * axis.span * (index - (curves - 1) / 2)
    colour = index % len(COLOURS)
    known = [row for row in rows if name in row.measures]
    known.sort(key=lambda row: axis.places[row.values[field]])
    means = [row.measures[name] for row in known]
    x = [axis.places[row.values[field]] + aside for row in known]
    line = Series(key, x, [m.mean for m in means], "marks", colour, [m.ends for m in means])
    runs: list[tuple[float, Outcome]] = [
        (place, o)
        for place, row in zip(x, known, strict=True)
        if len(row.outcomes) > 1
        for o in row.outcomes
        if name in o.figures
    ]
    dots = Series("", [p for p, _ in runs], [o.figures[name] for _, o in runs], "dots", colour)
    return [line, dots]
