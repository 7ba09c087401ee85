"""The report of `check` as text for a terminal."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from allegory.data.check import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

    from allegory.data.check import Report

__all__ = ["render"]

SHOWN = 12
"""Entries of a histogram or groups of copies that are shown; the JSON has them all."""


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
    rows = [(report.kind, report.source), ("examples", f"{report.examples:,}")]
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
    return f"{media['height']}x{media['width']} {names[media['mode']]}, {size}"


def _skipped(report: Report) -> list[tuple[str, str]]:
    return [(s["path"], s["reason"]) for s in report.skipped]


def _copies(report: Report) -> list[tuple[str, str]]:
    shown = [("=", "  ".join(group)) for group in report.duplicates[:SHOWN]]
    rest = len(report.duplicates) - SHOWN
    return [*shown, ("", f"and {rest:,} more")] if rest > 0 else shown
