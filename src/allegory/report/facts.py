"""What is known of a run in numbers and words: headline, data, settings, next steps."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from allegory.media import Images, Pairs, Vectors
from allegory.report.curves import Record, last
from allegory.report.frame import tile_list
from allegory.report.html import Section, figure, table
from allegory.report.ticks import duration, short
from allegory.report.views import show_examples

if TYPE_CHECKING:
    from pathlib import Path

    from allegory.data.dataset import Column, Dataset

__all__ = [
    "data_section",
    "flat",
    "next_section",
    "setting",
    "settings_section",
    "tiles",
    "words",
]

SHOWN_SKIPPED = 50
COMMANDS = (
    ("sample", "sample {run} -n 64 --out samples.png", "draw new examples"),
    (
        "sample a class",
        "sample {run} --label all --out classes.png",
        "draw examples of each class",
    ),
    ("traverse", "traverse {run} --out axes.gif", "see each axis move"),
    ("interpolate", "interpolate {run} --out paths.gif", "walk between examples"),
    ("reconstruct", "reconstruct {run} {source} --out pairs.png", "compare with the originals"),
    ("watch", "watch {run} --out film.gif", "see how it came along"),
    ("encode", "encode {run} {source} --out codes.csv", "get the codes as a table"),
    ("invert", "invert {run} {source} --out inverted", "find the codes of your own examples"),
    ("audit", "audit --run {run}", "see what is rare in the data, and what does not belong"),
    ("balance", "balance {run} {source} --out weights.csv", "weigh examples by how rare they are"),
    ("outliers", "outliers {run} {source} --html", "find what does not belong"),
    ("", "evaluate {run} --json", "measure on held-out examples"),
    ("", "resume {run}", "go on after an interruption"),
)
"""Tool that must work for the model ("" for none), command, what it is for."""


def tiles(curves: Sequence[Record], data: Dataset) -> str:
    """The numbers that matter most, as HTML."""
    numbers: list[tuple[str, str]] = [(f"{len(data):,}", "examples")]
    if curves:
        images, seconds = curves[-1]["images"], max(r.get("seconds", 0.0) for r in curves)
        numbers.append((short(images), "images seen"))
        if seconds > 0:
            numbers.append((duration(seconds), "of training"))
            numbers.append((short(images / seconds), "images per second"))
    held_out = last(curves, "held_out", "total")
    if held_out is not None:
        numbers.append((short(held_out), "held-out loss"))
    return tile_list(numbers)


def data_section(data: Dataset) -> Section:
    """Examples, splits, what is known of them, and what had to be skipped."""
    media = data.media
    kind = (
        f"{media.shape[0]} columns"
        if isinstance(media, Vectors)
        else f"{media.width} × {media.height} pixels, {_modes(media)}"
    )
    facts = [("examples", f"{len(data):,}"), ("each", kind)]
    facts += [(f"{name} split", f"{len(rows):,}") for name, rows in data.splits.items()]
    known = [(name, *_describe(column)) for name, column in data.table().items()]
    some = np.linspace(0, len(data) - 1, min(36, len(data))).astype(np.int64)
    body = [
        figure(
            show_examples(data.take(some), media, "Examples of the data", columns=12),
            "A few of the examples, evenly spread over the data.",
        )
        if not isinstance(media, Vectors)
        else "",
        table(facts, ("property", "value")),
        "<h3>Known of each example</h3>" + table(known, ("name", "kind", "values"))
        if known
        else "",
        _skipped(data),
    ]
    return Section(
        "Data",
        f"What the model learned from: “{data.name}”. Splits never share an example; only the "
        "training split moves weights.",
        "".join(body),
    )


def _modes(media: Images | Pairs) -> str:
    if isinstance(media, Pairs):
        halves = zip(media.names, (media.a, media.b), strict=True)
        return " and ".join(f"{name} in {_modes(half)}" for name, half in halves)
    words = {"L": "grey", "RGB": "colour", "RGBA": "colour with transparency"}[media.mode]
    return words + (", binarised anew each time" if media.binary else "")


def _describe(column: Column) -> tuple[str, str]:
    values = column.values
    if column.kind == "number":
        finite = values[np.isfinite(values.astype(np.float64))].astype(np.float64)
        if not len(finite):
            return "number", "all missing"
        return "number", f"{short(float(finite.min()))} to {short(float(finite.max()))}"
    if column.kind == "text":
        return "text", f"such as {values[0]}" if len(values) else ""
    counts = Counter(values.tolist())
    order = sorted(range(len(column.names)), key=lambda k: -counts[k])
    named = [f"{column.names[k]} ({counts[k]:,})" for k in order[:8]]
    more = f" and {len(order) - 8} more" if len(order) > 8 else ""
    return "category", ", ".join(named) + more


def _skipped(data: Dataset) -> str:
    if not data.skipped:
        return ""
    n = len(data.skipped)
    rows = [(s.path, s.reason) for s in data.skipped[:SHOWN_SKIPPED]]
    more = f"<p>… and {n - SHOWN_SKIPPED:,} more.</p>" if n > SHOWN_SKIPPED else ""
    inputs = "1 input was" if n == 1 else f"{n:,} inputs were"
    return (
        f"<details open><summary>{inputs} skipped</summary>"
        f"{table(rows, ('input', 'reason'))}{more}</details>"
    )


def settings_section(settings: Mapping[str, Any]) -> Section | None:
    """Every setting of the run, folded away; None where there are none."""
    if not settings:
        return None
    rows = [(name, setting(value)) for name, value in flat(settings)]
    return Section(
        "Settings",
        "Everything that makes this run: together with the data and the version of the program it "
        "is enough to repeat it.",
        f"<details><summary>{len(rows)} settings</summary>"
        f"{table(rows, ('setting', 'value'))}</details>",
    )


def next_section(run_folder: Path, source: str, tools: Sequence[str]) -> Section:
    """Commands that go on from here."""
    run, source = shlex.quote(str(run_folder)), shlex.quote(source)
    lines = [
        f"<li><code>allegory {escape(command.format(run=run, source=source))}</code>"
        f"<span>{escape(purpose)}</span></li>"
        for tool, command, purpose in COMMANDS
        if not tool or tool in tools
    ]
    return Section(
        "What to do next",
        "Copy a line into a terminal; each works on this very run.",
        f'<ul class="commands">{"".join(lines)}</ul>',
    )


def flat(values: Mapping[str, Any], above: str = "") -> list[tuple[str, Any]]:
    """Nested names joined by dots, in order."""
    found: list[tuple[str, Any]] = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            found += flat(value, f"{above}{name}.")
        else:
            found.append((f"{above}{name}", value))
    return found


def words(name: str) -> str:
    """The name of a figure, for people."""
    return name.replace("_", " ").replace(".", " · ")


def setting(value: Any) -> str:
    """The value of a setting, for people."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return short(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(map(setting, value)) or "–"
    if isinstance(value, int):
        return f"{value:,}"
    return "–" if value is None or value == "" else str(value)
