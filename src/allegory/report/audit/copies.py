"""Near-duplicates side by side, and copies that say different things."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allegory.media import Images
from allegory.progress import counted
from allegory.report.audit.pictures import card, cards, photo, some
from allegory.report.html import Section, table
from allegory.report.ticks import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from allegory.report.audit.audited import Audited

__all__ = ["copies_section", "labelled_apart"]

NEAREST, FARTHEST = 18, 6
"""Pairs that are shown: the nearest, and those at the threshold."""


def copies_section(found: Audited) -> Section:
    """Near-duplicates, and pairs of copies whose labels differ."""
    pairs, n = found.pairs, len(found.pairs.rows)
    ends = np.arange(n) if n <= NEAREST + FARTHEST else np.r_[:NEAREST, n - FARTHEST : n]
    notes = [f"distance {short(float(d))}" for d in pairs.distances[ends]]
    body = _side_by_side(found, pairs.rows[ends], notes)
    if n > NEAREST + FARTHEST:
        body += (
            f'<p class="note">The {NEAREST} nearest, and the {FARTHEST} at the threshold: where '
            "those are different pictures, so are some of the others.</p>"
        )
    apart = labelled_apart(found)
    if apart:
        shown = apart[: NEAREST + FARTHEST]
        body += (
            f"<h3>{counted(len(apart), 'pair')} of copies that are labelled differently</h3>"
            + _side_by_side(found, np.array([p for p, _ in shown]), [said for _, said in shown])
        )
    verdict = f"{counted(n, 'pair')} of examples that are" if n else "No two examples that are"
    made = (
        "a copy that was cropped a little and lightened or darkened a little"
        if isinstance(found.data.media, Images)
        else "a copy with a hundredth of noise"
    )
    return Section(
        "Near-duplicates",
        f"{verdict} no exact copies {'lies' if n == 1 else 'lie'} as near to each other as "
        f"{made}: within {short(pairs.threshold)}, where 95 % of such copies lie and the nearest "
        f"neighbour is usually {short(pairs.usual)} away. Features: {found.features}.",
        body
        + '<p class="note">Copies on both sides of a split flatter what is measured on held-out '
        "examples. Moments of one film are found as well: look before you remove.</p>",
    )


def labelled_apart(found: Audited) -> list[tuple[tuple[int, int], str]]:
    """Pairs of copies, exact or near, whose labels differ, and how: "hair: dark, fair"."""
    every = np.concatenate([found.pairs.equal, found.pairs.rows]).tolist()
    told = [((a, b), _differences(found, a, b)) for a, b in every]
    return [(pair, said) for pair, said in told if said]


def _side_by_side(found: Audited, pairs: NDArray[np.int64], notes: Sequence[str]) -> str:
    if not len(pairs):
        return ""
    names = [(found.name(a), found.name(b)) for a, b in pairs]
    media = found.pictures
    if media is None:
        rows = [(*both, note) for both, note in zip(names, notes, strict=True)]
        return table(rows, ("example", "and", ""))
    shown = []
    for pair, both, note in zip(pairs, names, notes, strict=True):
        x = some(found.data, pair)
        two = "".join(photo(v, media, name) for v, name in zip(x, both, strict=True))
        shown.append(card(two, [*both, note]))
    return cards(shown, "two")


def _differences(found: Audited, a: int, b: int) -> str:
    """What two examples are labelled as, where they differ."""
    said = []
    for name, column in found.data.columns.items():
        if column.kind == "category" and name != "split":
            one, other = (int(column.values[found.data.rows[row]]) for row in (a, b))
            if one != other and min(one, other) >= 0:
                said.append(f"{name}: {column.names[one]}, {column.names[other]}")
    return "; ".join(said)
