"""What may not belong: outliers with where they are strange, and doubtful labels."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from allegory.progress import counted
from allegory.report.audit.pictures import card, cards, photo, some
from allegory.report.html import Section, table
from allegory.report.outliers import unusual_section
from allegory.report.ticks import short

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from allegory.measures.suspects import Suspects
    from allegory.report.audit.audited import Audited

__all__ = ["labels_section", "outliers_section"]

SHOWN = 24
"""Outliers, and suspects of a column, at most."""


def outliers_section(found: Audited) -> Section:
    """The strangest examples first."""
    strange, n = found.strange, len(found.data)
    title, first = "Unusual examples", strange.order[:SHOWN]
    kept = '<p class="note">All of them, with their scores, are in outliers.csv.</p>'
    if strange.detector is None or strange.found is None:
        return Section(
            title,
            ("The rarest" if strange.errors is None else "Those of which least comes back")
            + " by their code are first. Too few examples were held out of training to say how "
            "strange is too strange: look, and judge.",
            _plainly(found, first) + kept,
        )
    part = unusual_section(strange.detector, found.data, strange.found, first)
    flagged, share = int(strange.found.outlier.sum()), strange.detector.false_alarms
    return Section(
        title,
        f"{flagged:,} of {n:,} are stranger to the model than {1 - share:.0%} of the examples "
        f"that it never saw; of usual data alone about {share * n:,.0f} would be. An unusual "
        f"example may be a mistake, or what the data have too little of. {part.lead}",
        part.body + kept,
    )


def _plainly(found: Audited, rows: NDArray[np.int64]) -> str:
    """The examples with their errors."""
    errors = found.strange.errors
    said = [
        [found.name(r)] + ([] if errors is None else [f"squared error {short(errors[r])}"])
        for r in rows
    ]
    media = found.pictures
    if media is None:
        return table(said, ("example", "how strange")[: len(said[0])])
    x = some(found.data, rows)
    return cards([card(photo(v, media, w[0]), w) for v, w in zip(x, said, strict=True)])


def labels_section(found: Audited) -> Section | None:
    """Examples that look like another class than their label says, column by column."""
    judged = {name: s for name, s in found.suspects.items() if s is not None}
    if not judged:
        return None
    body = "".join(_column(found, name, s) for name, s in judged.items())
    return Section(
        "Labels in doubt",
        "For each column, a judge learns the labels of four fifths of the examples from their "
        "features and is asked about the rest. An example is in doubt where it is as sure of "
        "another class as it usually is of examples of that class (confident learning, Northcutt "
        "et al. 2021). The judge errs too: the less often it is right, the more doubts are its "
        "own.",
        body,
    )


def _column(found: Audited, name: str, s: Suspects) -> str:
    head = f"<h3>{escape(name)}</h3>"
    right = (
        f"The judge tells it right in {s.accuracy:.0%} of {s.judged:,} examples; the most "
        f"frequent class alone is {s.frequent:.0%}."
    )
    if not s.able:
        return f'{head}<p class="note">{right} That is too little to doubt a label by.</p>'
    words = f"{right} {counted(len(s.rows), 'label')} in doubt, the most doubtful first."
    names = found.data.columns[name].names
    given = found.data.table()[name].values.astype(np.int64)
    lines = [
        (row, f"says {names[given[row]]}", f"looks like {names[told]} ({p:.0%})")
        for row, told, p in zip(
            s.rows[:SHOWN].tolist(), s.told.tolist(), s.p.tolist(), strict=False
        )
    ]
    media = found.pictures
    if media is not None:
        x = some(found.data, s.rows[:SHOWN])
        shown = cards(
            [
                card(photo(v, media, found.name(row)), [found.name(row), *said])
                for v, (row, *said) in zip(x, lines, strict=True)
            ]
        )
    else:
        shown = table([(found.name(row), *said) for row, *said in lines], ("example", "label", ""))
    return f'{head}<p class="note">{escape(words)}</p>{shown}'
