"""How training went: the records of metrics.jsonl as plots."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Any

from allegory.report.html import Section
from allegory.report.plots import Series, plot

__all__ = ["SHARE", "Record", "curves_section", "last"]

Record = Mapping[str, Any]
SHARE = "effective_share"
"""The rate that is shown beside the weights that it is of."""
SKIPPED = "skipped_moves"
"""The rate that is shown where it is not 0 alone."""
POINTS = 120
"""Points of a curve; more are averaged."""
SETTLED = 0.05
"""Part of the run after which a curve has to fit its frame."""
WIDE = 20.0
"""Ratio of largest to smallest value from which a curve is drawn on a logarithmic axis."""
LABELS = {
    "total": "total loss",
    "kl": "KL divergence",
    "images_per_second": "images per second",
    "learning_rate": "learning rate",
    "gradient_norm": "gradient norm",
}


def curves_section(curves: Sequence[Record]) -> Section | None:
    """Losses of training and of held-out examples, and the rates; None without records."""
    losses = _names(curves, ("train", "held_out"))
    rates = [name for name in _names(curves, ("rates",)) if name != SHARE]
    rates = [name for name in rates if name != SKIPPED or last(curves, "rates", name)]
    if len(losses) == 2 and "total" in losses:
        losses = ["total"]
    plots = [
        _plot(
            name,
            [
                _series(curves, "train", name, "training", 0),
                _series(curves, "held_out", name, "held out", 1),
            ],
        )
        for name in losses
    ]
    plots += [_plot(name, [_series(curves, "rates", name, "", -1)]) for name in rates]
    if not plots:
        return None
    return Section(
        "Learning curves",
        "Losses over the number of images seen, lower is better: training has more to give while "
        "the held-out curve falls; where it rises and the training curve falls on, the model "
        "memorises.",
        f'<div class="plots">{"".join(plots)}</div>',
    )


def last(curves: Sequence[Record], part: str, name: str) -> float | None:
    """The latest value of this number, such as ("held_out", "total"), where there is one."""
    values = [r[part][name] for r in curves if name in r.get(part, {})]
    return float(values[-1]) if values else None


def _names(curves: Sequence[Record], parts: Sequence[str]) -> list[str]:
    """Names in the order of their first appearance, the total before its parts."""
    found = dict.fromkeys(name for r in curves for part in parts for name in r.get(part, {}))
    return sorted(found, key=lambda name: name != "total")


def _series(curves: Sequence[Record], part: str, name: str, label: str, colour: int) -> Series:
    points = [
        (float(r["images"]), float(r[part][name])) for r in curves if name in r.get(part, {})
    ]
    points = _thin([(x, y) for x, y in points if math.isfinite(y)])
    x, y = [x for x, _ in points], [y for _, y in points]
    return Series(label, x, y, "marks" if part == "held_out" else "line", colour)


def _thin(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Means of neighbours, so that POINTS points are left."""
    size = math.ceil(len(points) / POINTS) or 1
    chunks = (
        [point for _, point in chunk]
        for _, chunk in groupby(enumerate(points), lambda pair: pair[0] // size)
    )
    return [(chunk[-1][0], sum(y for _, y in chunk) / len(chunk)) for chunk in chunks]


def _plot(name: str, series: list[Series]) -> str:
    series = [s for s in series if len(s.x)]
    points = [point for s in series for point in s.points()]
    end = max((x for x, _ in points), default=1.0)
    settled = [y for x, y in points if x >= SETTLED * end] or [0.0]
    low, high = min(settled), max(settled)
    log = low > 0 and high / low > WIDE and name != "learning_rate"
    room = 0.06 * (high - low) or 0.5
    label = LABELS.get(name, name.replace("_", " "))
    drawn = plot(
        series,
        title=f"{label} over images seen",
        x_label="images seen",
        log=log,
        x_range=(0.0, end or 1.0),
        y_range=None if log else (low - room, high + room),
    )
    return f"<figure>{drawn}<figcaption>{escape(label)}</figcaption></figure>"
