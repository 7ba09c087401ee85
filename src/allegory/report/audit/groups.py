"""Groups of the columns: how many, how rare, and the weight that balances them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allegory.measures.balance import shares
from allegory.report.html import Section, table

if TYPE_CHECKING:
    from allegory.measures.balance import Shares
    from allegory.report.audit.audited import Audited

__all__ = ["groups_section"]


def groups_section(found: Audited) -> Section | None:
    """A row a group of each column; None where there are no columns."""
    table_of = found.data.table()
    weighed = shares(table_of, found.balance.weights)
    if not weighed:
        return None
    rare = shares(table_of, found.balance.rarity)
    rows = [row for name in weighed for row in _rows(name, weighed[name], rare[name])]
    head = (
        "column",
        "group",
        "examples",
        "share",
        "mean rarity",
        "share as weighed",
        "weight for equal shares",
    )
    return Section(
        "Groups",
        "What metadata say of the examples. Mean rarity is 0.5 for a group that is as usual as "
        "the rest. As weighed: its share if each example counts by weights.csv, which knows no "
        "group. The last column is the weight that makes all groups of its column count the same.",
        table(rows, head, numbers=True)
        + '<p class="note">Weighing by rarity evens out what the pictures show; it need not even '
        "out a column. To even out a column, use the last one; to keep the shares of one and even "
        "out what is in each of its groups, 'allegory balance --within COLUMN'.</p>",
    )


def _rows(name: str, weighed: Shares, rare: Shares) -> list[tuple[str, ...]]:
    k, n = len(weighed.names), int(weighed.counts.sum())
    mean = rare.after * 0.5 * n / np.maximum(weighed.counts, 1)
    return [
        (
            name if not i else "",
            group,
            f"{weighed.counts[i]:,}",
            f"{weighed.before[i]:.1%}",
            f"{mean[i]:.2f}",
            f"{weighed.after[i]:.1%}",
            f"{n / (k * weighed.counts[i]):.2f}",
        )
        for i, group in enumerate(weighed.names)
    ]
