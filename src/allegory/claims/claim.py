"""What a claim is, and what is seen when its experiment runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["BUDGETS", "Budget", "Claim", "Figure", "Finding", "Result", "Verdict"]

Budget = Literal["quick", "full"]
BUDGETS: tuple[Budget, ...] = ("quick", "full")

Verdict = Literal["holds", "does not hold", "undecided"]

Settings = TypeVar("Settings")


@dataclass(frozen=True)
class Figure:
    """A measured number and its 95 % interval over seeds."""

    name: str
    mean: float
    low: float
    high: float
    n: int
    """Seeds."""
    unit: str = ""


@dataclass(frozen=True)
class Finding:
    """What an experiment saw."""

    figures: tuple[Figure, ...]
    verdict: Verdict
    """By the claim's rule, from the figures alone."""
    words: str
    """One sentence with the numbers."""
    picture: str
    """SVG."""


@dataclass(frozen=True)
class Claim(Generic[Settings]):
    """A sentence of the lecture, and the experiment that it stands or falls by."""

    id: str
    title: str
    sentence: str
    """What the lecture says, in our words."""
    rule: str
    """When it holds and when not, fixed before the experiment ran."""
    experiment: Callable[[Settings], Finding]
    quick: Settings
    """At most three minutes on two cores."""
    full: Settings
    """What the docs show."""

    def settings(self, budget: Budget) -> Settings:
        """The experiment's settings for this budget: a frozen dataclass."""
        return self.quick if budget == "quick" else self.full


@dataclass(frozen=True)
class Result:
    """A claim, what was seen of it, and at which budget: all that the page shows."""

    id: str
    title: str
    sentence: str
    rule: str
    budget: Budget
    settings: dict[str, Any]
    finding: Finding
    seconds: float
    """How long the experiment took."""
