"""What a group of measures came to: figures with intervals, and what they were computed from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from allegory.measures.estimate import Estimate
    from allegory.measures.fidelity import Measured

__all__ = ["Better", "Figure", "Findings", "figure", "measured", "strict"]

Better = Literal["lower", "higher", ""]


@dataclass(frozen=True)
class Figure:
    """A number with its 95 % interval."""

    label: str
    """What it is called among people."""
    value: float
    low: float | None = None
    high: float | None = None
    unit: str = ""
    better: Better = ""
    """Which way is better, where that can be said of the number alone."""
    n: int | None = None
    """Examples that it was computed from, where they are not those of its group."""

    def to_json(self) -> dict[str, Any]:
        """As JSON values; "unit", "better" and "n" are left out where there is nothing to say."""
        found: dict[str, Any] = {"label": self.label, "value": self.value}
        found |= {"low": self.low, "high": self.high}
        aside = {"unit": self.unit, "better": self.better, "n": self.n}
        return found | {name: value for name, value in aside.items() if value}


@dataclass(frozen=True)
class Findings:
    """What a group came to."""

    basis: dict[str, Any]
    """What all its figures rest on, JSON values: numbers of examples, the reference, the feature
    network and resize, draws. Figures of another basis are not comparable."""
    figures: dict[str, Figure]
    notes: tuple[str, ...] = ()
    """What the reader of the figures must know, in sentences."""
    detail: dict[str, Any] = field(default_factory=dict)
    """What else was found, as JSON values."""
    picture: NDArray[np.uint8] | None = None
    """(H, W, C): what is better seen."""

    def to_json(self) -> dict[str, Any]:
        """As JSON values, without the picture."""
        found: dict[str, Any] = {
            "basis": self.basis,
            "figures": {name: figure.to_json() for name, figure in self.figures.items()},
        }
        aside = {"notes": list(self.notes), "detail": self.detail}
        return found | {name: value for name, value in aside.items() if value}


def figure(label: str, found: Estimate, unit: str = "", better: Better = "") -> Figure:
    """A figure from the estimate of a mean."""
    return Figure(label, found.mean, found.low, found.high, unit, better)


def measured(label: str, found: Measured, better: Better = "") -> Figure:
    """A figure from the comparison of two sets."""
    return Figure(label, found.value, found.low, found.high, better=better)


def strict(value: Any) -> Any:
    """The value as strict JSON: null for a number that is not finite, lists for arrays."""
    if isinstance(value, Mapping):
        return {str(name): strict(part) for name, part in value.items()}
    if isinstance(value, np.ndarray):
        return strict(value.tolist())
    if isinstance(value, list | tuple):
        return [strict(part) for part in value]
    if isinstance(value, np.generic):
        return strict(value.item())
    return None if isinstance(value, float) and not math.isfinite(value) else value
