"""An audit at a glance: counts, files that can't be read, copies, what training would see."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from allegory.progress import counted
from allegory.report.frame import tile_list
from allegory.report.html import Section, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allegory.data.check_report import Report
    from allegory.report.audit.audited import Audited

__all__ = ["glance_section", "tiles"]

SHOWN = 50
LISTED = 6
"""Entries of a histogram."""


def tiles(found: Audited) -> str:
    """The numbers that matter most, as HTML."""
    n, strange = len(found.data), found.strange
    numbers = [(f"{n:,}", "examples"), (f"{len(found.check.skipped):,}", "can't be used")]
    copies = sum(len(group) - 1 for group in found.check.duplicates)
    numbers.append((f"{copies:,}", "exact copies"))
    numbers.append((f"{len(found.pairs.rows):,}", "near-duplicate pairs"))
    if strange.found is not None:
        numbers.append((f"{int(strange.found.outlier.sum()):,}", "unusual"))
    doubted = [s for s in found.suspects.values() if s is not None and s.able]
    if doubted:
        numbers.append((f"{sum(len(s.rows) for s in doubted):,}", "labels in doubt"))
    return tile_list(numbers)


def glance_section(found: Audited) -> Section:
    """What is there and what is wrong with it."""
    report = found.check
    body = (
        table([*_facts(report), ("seen by", found.seen_by)], ("", ""))
        + _skipped(report)
        + _copies(report)
    )
    if report.warnings:
        lines = "".join(f"<li>{escape(warning)}</li>" for warning in report.warnings)
        body += f'<h3>Worth a look</h3><ul class="findings">{lines}</ul>'
    return Section(
        "At a glance", "What is there, what can't be read and why, and what is there twice.", body
    )


def _facts(report: Report) -> list[tuple[str, str]]:
    rows = [("examples", f"{report.examples:,}"), ("training sees", _media(report))]
    histograms = {"formats": report.formats, "sizes": report.sizes, "pixel types": report.modes}
    rows += [(name, _histogram(counts)) for name, counts in histograms.items() if counts]
    turned = {"animated": report.animated, "rotated by EXIF": report.rotated}
    rows += [(name, f"{n:,}") for name, n in turned.items() if n]
    rows += [(name, _histogram(counts)) for name, counts in report.labels.items()]
    for name, numbers in report.numbers.items():
        if "mean" in numbers:
            ends = f"{numbers['least']:.4g} to {numbers['greatest']:.4g}"
            missing = f", {numbers['missing']:,.0f} missing" if numbers["missing"] else ""
            rows.append((name, f"{ends}, mean {numbers['mean']:.4g}{missing}"))
    return rows


def _histogram(counts: dict[str, int]) -> str:
    listed = [f"{name or 'missing'} ({n:,})" for name, n in list(counts.items())[:LISTED]]
    more = len(counts) - LISTED
    return ", ".join(listed) + (f" and {more:,} more" if more > 0 else "")


def _media(report: Report) -> str:
    media = report.media
    if media["kind"] == "vectors":
        return f"vectors of {len(media['offset'])} values"
    words = {"L": "grey", "RGB": "colour", "RGBA": "colour with transparency"}[media["mode"]]
    return f"{media['width']} × {media['height']} pixels, {words}"


def _skipped(report: Report) -> str:
    rows = [(s["path"], s["reason"]) for s in report.skipped]
    return _folded(rows, f"{counted(len(rows), 'input')} can't be used", ("input", "reason"), True)


def _copies(report: Report) -> str:
    rows = [("  =  ".join(group[:4]), f"{len(group):,}") for group in report.duplicates]
    said = f"{counted(len(rows), 'group')} of exact copies"
    return _folded(rows, said, ("the same example", "times"), False)


def _folded(
    rows: Sequence[tuple[str, str]], summary: str, head: tuple[str, str], unfolded: bool
) -> str:
    """A table that folds away under its summary; "" without rows."""
    if not rows:
        return ""
    more = len(rows) - SHOWN
    note = f'<p class="note">… and {more:,} more.</p>' if more > 0 else ""
    return (
        f"<details{' open' if unfolded else ''}><summary>{summary}</summary>"
        f"{table(rows[:SHOWN], head)}{note}</details>"
    )
