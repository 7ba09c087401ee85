"""Shares of groups before and after weighting, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allegory.report.html import table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allegory.measures.balance import Shares

__all__ = ["share_table"]

SHOWN = 12
"""Groups of a column that are listed: the largest."""


def share_table(found: Mapping[str, Shares], before: str, after: str) -> str:
    """A row for each group of each column, with its shares under these headings."""
    rows = []
    for column, shares in found.items():
        largest = sorted((-shares.counts).argsort(kind="stable")[:SHOWN].tolist())
        for k in largest:
            change = shares.after[k] / shares.before[k]
            rows.append(
                (
                    column if k == largest[0] else "",
                    shares.names[k],
                    f"{shares.counts[k]:,}",
                    f"{shares.before[k]:.1%}",
                    f"{shares.after[k]:.1%}",
                    f"{change:.2f} times",
                )
            )
    return table(rows, ("column", "group", "examples", before, after, "change"), numbers=True)
