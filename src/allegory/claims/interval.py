"""Intervals over seeds, and the verdicts that they decide."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from allegory.claims.claim import Figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from allegory.claims.claim import Verdict

__all__ = ["above", "below", "t_interval", "together", "words"]


def t_interval(name: str, values: Sequence[float], unit: str = "") -> Figure:
    """The mean of one value a seed, and Student's 95 % interval of it.

    Student (1908), "The probable error of a mean". It takes the values for draws of a normal
    distribution, and says what other seeds would give, on the same data.

    Raises:
        ValueError: fewer than two values, or one that is not finite.
    """
    from scipy.special import stdtrit

    n = len(values)
    if n < 2 or not all(map(math.isfinite, values)):
        raise ValueError(f"'{name}' needs two finite values or more, not {list(values)}")
    mean = math.fsum(values) / n
    variance = math.fsum((value - mean) ** 2 for value in values) / (n - 1)
    half = float(stdtrit(n - 1, 0.975)) * math.sqrt(variance / n)
    return Figure(name, mean, mean - half, mean + half, n, unit)


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
