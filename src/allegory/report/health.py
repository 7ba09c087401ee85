"""Whether a run is well: findings in words, and the figures behind them over the images seen."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from allegory.report.html import Section
from allegory.report.plots import Series, plot
from allegory.report.ticks import short

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Record = Mapping[str, Any]

__all__ = ["health_section"]

CURVES = (
    ("spread", "spread of the samples, over that of the data", (("spread", "samples", 0),)),
    (
        "recall",
        "share of the data that lie among the samples",
        (("recall", "samples", 0), ("recall_of_data", "halves of the data", -1)),
    ),
    ("distance", "energy distance to the data", (("distance", "", 0),)),
    (
        "P(real)",
        "mean P(real), by the model's own judgement",
        (
            ("realness_of_train", "training", 2),
            ("realness_of_held_out", "held out", 1),
            ("realness_of_samples", "samples", 0),
        ),
    ),
)
"""Title, caption, and for each line the figure, its name and its colour."""


def health_section(records: Sequence[Record]) -> Section | None:
    """What was found, and the curves; None without records."""
    if not records:
        return None
    now = {finding["name"]: finding for finding in records[-1].get("findings", ())}
    passed = {
        finding["name"]: record["images"]
        for record in records
        for finding in record.get("findings", ())
        if finding["name"] not in now
    }
    lines = [
        f"<li>{escape(finding['sentence'])} <span>{escape(finding['advice'])}</span></li>"
        for finding in now.values()
    ]
    lines += [
        f"<li>{escape(name)}: last seen after {short(images)} images, and gone since.</li>"
        for name, images in passed.items()
    ]
    words = f'<ul class="findings">{"".join(lines)}</ul>' if lines else ""
    plots = [_plot(records, *curve) for curve in CURVES]
    end = " at the end" if passed else ""
    verdict = "" if now else f"Nothing was found to be wrong{end}."
    return Section(
        "Health",
        f"{verdict} Samples of one seed beside held-out examples, at each evaluation: the spread "
        "should come near 1, the share of the data near that of two halves of the data, and the "
        "distance near 0.".strip(),
        f'{words}<div class="plots">{"".join(plots)}</div>',
    )


def _plot(
    records: Sequence[Record], title: str, caption: str, lines: Sequence[tuple[str, str, int]]
) -> str:
    series = []
    for name, label, colour in lines:
        points = [(r["images"], r[name]) for r in records if r.get(name) is not None]
        x, y = [x for x, _ in points], [y for _, y in points]
        series.append(Series(label, x, y, "line" if colour < 0 else "marks", colour))
    if not any(len(s.x) for s in series):
        return ""
    values = [0.0, *(y for s in series for y in s.y)]
    highest, lowest = max(values), min(values)  # a distance is an estimate, and may be below 0
    ranges = {"distance": (1.05 * lowest, 1.05 * highest or float(not lowest)), "P(real)": None}
    drawn = plot(
        series,
        title=f"{title} over images seen",
        x_label="images seen",
        x_range=(0.0, float(records[-1]["images"]) or 1.0),
        y_range=ranges.get(title, (0.0, max(1.0, 1.05 * highest))),
    )
    return f"<figure>{drawn}<figcaption>{escape(caption)}</figcaption></figure>"
