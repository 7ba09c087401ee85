"""An audit in short: what stands out, each with a link to where it is shown."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from allegory.measures.balance import Shares, shares
from allegory.measures.outliers import more_than_usual
from allegory.progress import counted
from allegory.report.audit.copies import labelled_apart
from allegory.report.html import Section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allegory.report.audit.audited import Audited

__all__ = ["short_section", "thin_tenth"]

CHANCE = 4.0
"""Standard errors beyond which a difference stands out."""
TIMES = 1.5
"""How many times as frequent a group is in the thinnest tenth, to stand out."""
FEW = 0.25
"""A group stands out as small with less than this part of an equal share."""
NAMED = 3
"""Groups that are named, of each sort."""
TRUSTED = 0.8
"""Accuracy from which a judge of labels is worth a count."""
TENTH = 0.1

Line = tuple[str, str]
"""A sentence, and the title of the section that shows it."""


def short_section(found: Audited) -> Section:
    """What stands out, or that nothing does."""
    lines = [*_files(found), *_strange(found), *_groups(found), *_labels(found)]
    items = "".join(
        f'<li>{escape(words)} <a href="#{escape(_anchor(title))}">{escape(title)}</a></li>'
        for words, title in lines
    )
    lead = "What stands out, and where it is shown." if lines else "Nothing stands out."
    return Section("In short", lead, f'<ul class="findings">{items}</ul>' if items else "")


def _anchor(title: str) -> str:
    return Section(title, "", "").anchor


def _files(found: Audited) -> Iterator[Line]:
    skipped = len(found.check.skipped)
    if skipped:
        yield f"{counted(skipped, 'input')} can't be used.", "At a glance"
    exact = sum(len(group) - 1 for group in found.check.duplicates)
    if exact or len(found.pairs.rows):
        copies = counted(exact, "exact copy", "exact copies")
        near = counted(len(found.pairs.rows), "pair")
        yield f"{copies} and {near} of near-duplicates.", "Near-duplicates"
    apart = len(labelled_apart(found))
    if apart:
        yield f"{counted(apart, 'pair')} of copies labelled differently.", "Near-duplicates"


def _strange(found: Audited) -> Iterator[Line]:
    strange = found.strange
    if strange.detector is None or strange.found is None:
        return
    detector, n = strange.detector, len(found.data)
    flagged, share = int(strange.found.outlier.sum()), detector.false_alarms
    if more_than_usual(flagged, n, len(detector.calibration[detector.score]), share):
        words = (
            f"{flagged:,} examples are unusual; among usual data {share * n:,.0f} would seem so."
        )
        yield words, "Unusual examples"


def thin_tenth(found: Audited) -> dict[str, Shares]:
    """Shares of each column's groups in all examples, and in the thinnest tenth."""
    rarity = found.balance.rarity
    count = max(1, round(TENTH * len(rarity)))
    thin = np.zeros(len(rarity))
    thin[np.argsort(-rarity, kind="stable")[:count]] = 1.0
    return shares(found.data.table(), thin)


def _groups(found: Audited) -> Iterator[Line]:
    """Groups that are small, and those that are rare or common out of proportion."""
    n = max(1, round(TENTH * len(found.data)))
    small: list[tuple[float, str]] = []
    apart: list[tuple[float, str]] = []
    for column, s in thin_tenth(found).items():
        for k, group in enumerate(s.names):
            error = (s.before[k] * (1 - s.before[k]) / n) ** 0.5
            if s.after[k] > TIMES * s.before[k] and s.after[k] - s.before[k] > CHANCE * error:
                words = (
                    f"{column} “{group}”: {s.before[k]:.0%} of all, {s.after[k]:.0%} of the "
                    "thinnest tenth: few are alike."
                )
                apart.append((s.after[k] / s.before[k], words))
            if s.before[k] < FEW / len(s.names) and found.data.columns[column].kind == "category":
                words = f"{column} “{group}”: only {s.before[k]:.1%} of all ({s.counts[k]:,})."
                small.append((s.before[k], words))
    small.sort()
    for _, words in small[:NAMED]:
        yield words, "Groups"
    if len(small) > NAMED:
        yield f"Also small: {counted(len(small) - NAMED, 'more group')}.", "Groups"
    for _, words in sorted(apart, reverse=True)[:NAMED]:
        yield words, "Dense and thin regions"


def _labels(found: Audited) -> Iterator[Line]:
    for name, s in found.suspects.items():
        if s is not None and s.able and len(s.rows):
            said = (
                f"{counted(len(s.rows), 'label')} in “{name}” in doubt, by a judge who is right in"
            )
            trust = "" if s.accuracy >= TRUSTED else " only: look, and trust it little"
            yield f"{said} {s.accuracy:.0%}{trust}.", "Labels in doubt"
