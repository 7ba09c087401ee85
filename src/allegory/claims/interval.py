"""Intervals over seeds, and the verdicts that they decide."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from allegory.claims.claim import Figure
from allegory.measures.replicates import replicates

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from allegory.claims.claim import Verdict

__all__ = ["above", "below", "t_interval", "together", "words"]


def t_interval(name: str, values: Sequence[float], unit: str = "") -> Figure:
    """The mean of one value a seed, and Student's 95 % interval of it.

    Raises:
        ValueError: fewer than two values, or one that is not finite.
    """
    found = replicates(values) if values and all(map(math.isfinite, values)) else None
    if found is None or found.ends is None:
        raise ValueError(f"'{name}' needs two finite values or more, not {list(values)}")
    return Figure(name, found.mean, *found.ends, found.n, unit)


def above(figure: Figure, threshold: float) -> Verdict:
    """Whether the number lies above the threshold: decided where its whole interval does."""
    if figure.low > threshold:
        return "holds"
    return "does not hold" if figure.high < threshold else "undecided"


def below(figure: Figure, threshold: float) -> Verdict:
    """Whether the number lies below the threshold: decided where its whole interval does."""
    if figure.high < threshold:
        return "holds"
    return "does not hold" if figure.low > threshold else "undecided"


def together(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict on a claim of several parts: it holds where each does, fails where one fails."""
    found = set(verdicts)
    if "does not hold" in found:
        return "does not hold"
    return "undecided" if "undecided" in found else "holds"


def words(figure: Figure, digits: int = 3) -> str:
    """The number with its interval, such as "0.25 (0.2 … 0.3) nats"."""
    mean, low, high = (f"{value:.{digits}g}" for value in (figure.mean, figure.low, figure.high))
    return f"{mean} ({low} … {high}) {figure.unit}".rstrip()
