"""What `check` found: plain values, as JSON and as text for a terminal."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from allegory.progress import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

__all__ = ["Report"]

SHOWN = 12
"""Entries of a histogram or groups of copies that are shown; the JSON has them all."""


@dataclass(frozen=True)
class Report:
    """What a source holds and how training would use it; all plain JSON values."""

    source: str
    """Its name: can be opened again from any folder."""
    kind: str
    """"folder", "array" or "built-in"."""
    examples: int
    """That can be used."""
    media: dict[str, Any]
    """What training would see: kind, mode, height, width (see allegory.media.describe)."""
    splits: dict[str, int]
    """Number of examples in "train", "validation" and "test"."""
    store_bytes: int
    """Size of the packed examples, on disk and at most in memory."""
    formats: dict[str, int]
    """Pictures of each file format, by content; as the next ones, of folders only."""
    sizes: dict[str, int]
    """Pictures of each HEIGHTxWIDTH, after rotation, most frequent first."""
    modes: dict[str, int]
    """Pictures of each of Pillow's pixel types."""
    rates: dict[str, int]
    """Sounds of each rate; as the next ones, of folders of sounds only."""
    channels: dict[str, int]
    """Sounds of each number of channels, which are mixed down."""
    seconds: float
    """That all sounds last."""
    animated: int
    """Animations, of which the first frame is used."""
    rotated: int
    """Pictures that EXIF turns or mirrors."""
    ignored: dict[str, int]
    """Other files, by extension."""
    labels: dict[str, dict[str, int]]
    """Of each category column, the examples of each class; "" where it is missing."""
    numbers: dict[str, dict[str, float]]
    """Of each number column, "least", "mean", "greatest", and how many are "missing"."""
    skipped: tuple[dict[str, str], ...]
    """Everything that cannot be used: "path" and "reason"."""
    duplicates: tuple[tuple[str, ...], ...]
    """Groups of equal examples: file names, or row numbers."""
    warnings: tuple[str, ...]
    """What is worth mending, in words."""
    next: str
    """The command to run next."""

    def to_json(self) -> str:
        """The report as one JSON object."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def text(self, width: int = 99) -> str:
        """The report for a terminal of this many columns."""
        return render(self, width)


def render(report: Report, width: int) -> str:
    """The report as lines of at most `width` characters, with a line break at the end."""
    from rich.console import Console, Group
    from rich.text import Text

    parts: list[Table | Text] = [_facts(report)]
    if report.skipped:
        parts += [Text(f"\n{len(report.skipped):,} skipped"), _pairs(_skipped(report))]
    if report.duplicates:
        parts += [
            Text(f"\n{counted(len(report.duplicates), 'group')} of copies"),
            _pairs(_copies(report)),
        ]
    if report.warnings:
        parts += [Text("\nworth a look"), _pairs(("-", warning) for warning in report.warnings)]
    parts.append(Text(f"\nnext: {report.next}"))
    out = io.StringIO()
    Console(file=out, width=width, color_system=None, markup=False, emoji=False).print(
        Group(*parts)
    )
    return "\n".join(line.rstrip() for line in out.getvalue().split("\n"))


def _facts(report: Report) -> Table:
    examples = f"{report.examples:,}"
    if report.media.get("sound") and report.formats:
        examples += f" windows of {counted(sum(report.formats.values()), 'sound')}"
    rows = [(report.kind, report.source), ("examples", examples)]
    rows += [
        (what, _histogram(counts))
        for what, counts in (
            ("formats", report.formats),
            ("sizes", report.sizes),
            ("modes", report.modes),
            ("rates", report.rates),
            ("channels", report.channels),
        )
        if counts
    ]
    if report.seconds:
        rows.append(("sound", f"{report.seconds / 60:,.1f} minutes"))
    if report.animated:
        rows.append(("animated", f"{report.animated:,}, of which the first frame is used"))
    if report.rotated:
        rows.append(("rotated", f"{report.rotated:,}, turned as EXIF asks"))
    if report.ignored:
        rows.append(("ignored", _histogram(report.ignored)))
    rows += [(name, _histogram(counts)) for name, counts in report.labels.items()]
    rows += [(name, _range(numbers)) for name, numbers in report.numbers.items()]
    rows.append(("training sees", _media(report)))
    rows.append(("splits", _histogram(report.splits)))
    return _pairs(rows)


def _pairs(rows: Iterable[tuple[str, str]]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold")
    table.add_column(overflow="fold", ratio=1)
    for left, right in rows:
        table.add_row(Text(left), Text(right))
    return table


def _histogram(counts: dict[str, int]) -> str:
    shown = [f"{name or 'missing'} {n:,}" for name, n in list(counts.items())[:SHOWN]]
    rest = list(counts.values())[SHOWN:]
    if rest:
        shown.append(f"{len(rest):,} others {sum(rest):,}")
    return ", ".join(shown)


def _range(numbers: dict[str, float]) -> str:
    missing = f", {numbers['missing']:,.0f} missing" if numbers["missing"] else ""
    if "mean" not in numbers:
        return f"no values{missing}"
    return f"{numbers['least']:g} to {numbers['greatest']:g}, mean {numbers['mean']:g}{missing}"


def _media(report: Report) -> str:
    media = report.media
    size = f"{report.store_bytes / 1e6:,.1f} MB packed"
    if media["kind"] == "vectors":
        return f"vectors of {len(media['offset'])}, {size}"
    if media.get("sound"):
        seconds = media["width"] * media["sound"]["hop"] / media["sound"]["rate"]
        return (
            f"windows of {seconds:.2g} s at {media['sound']['rate']:,} Hz, "
            f"{media['width']} frames of {media['height']} mel bands, {size}"
        )
    names = {"L": "grey", "RGB": "RGB", "RGBA": "RGBA"}
    if media["kind"] == "pairs":
        a, b = media["a"], media["b"]
        sides = zip(media["names"], (a, b), strict=True)
        said = " beside ".join(f"'{name}', {names[side['mode']]}" for name, side in sides)
        pairs = "pairs" if media["matched"] else "any two"
        return f"{pairs} of {a['height']}x{a['width']}: {said}, {size}"
    return f"{media['height']}x{media['width']} {names[media['mode']]}, {size}"


def _skipped(report: Report) -> list[tuple[str, str]]:
    return [(s["path"], s["reason"]) for s in report.skipped]


def _copies(report: Report) -> list[tuple[str, str]]:
    shown = [("=", "  ".join(group)) for group in report.duplicates[:SHOWN]]
    rest = len(report.duplicates) - SHOWN
    return [*shown, ("", f"and {rest:,} more")] if rest > 0 else shown
