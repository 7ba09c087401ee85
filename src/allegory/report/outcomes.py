"""What the runs of a sweep came to: a figure each, and a row over the seeds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allegory.measures.replicates import Replicates, replicates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Outcome", "Row", "Value", "figure_names", "tabulate", "text"]

Value = bool | int | float | str
"""What a field can be varied over."""


@dataclass(frozen=True)
class Outcome:
    """A run that was trained and measured, or that failed."""

    run: str
    """Its folder within that of the sweep."""
    values: Mapping[str, Value]
    """The fields that the sweep varies."""
    seed: int
    figures: Mapping[str, float]
    """Every number of its evaluation, by name."""
    failed: str | None = None
    """Why it failed; None where it did not."""


@dataclass(frozen=True)
class Row:
    """The runs that differ in their seed alone."""

    values: Mapping[str, Value]
    outcomes: tuple[Outcome, ...]
    measures: Mapping[str, Replicates]
    """Figures over those that did not fail."""

    @property
    def failed(self) -> int:
        """How many of them failed."""
        return sum(o.failed is not None for o in self.outcomes)


def tabulate(outcomes: Sequence[Outcome]) -> list[Row]:
    """A row for each combination of values, in the order of their first appearance."""
    groups: dict[tuple[Value, ...], list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(tuple(outcome.values.values()), []).append(outcome)
    rows = []
    for group in groups.values():
        found = {
            name: replicates([o.figures[name] for o in group if name in o.figures])
            for name in figure_names(group)
        }
        rows.append(Row(group[0].values, tuple(sorted(group, key=lambda o: o.seed)), found))
    return rows


def figure_names(outcomes: Sequence[Outcome]) -> list[str]:
    """The names of all figures, in the order of their first appearance."""
    return list(dict.fromkeys(name for outcome in outcomes for name in outcome.figures))


def text(value: Value) -> str:
    """A value as a person would write it: 4 for 4.0, true for True."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    return str(value)
