"""Tables of shares between 0 and 1, shaded, as inline SVG."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from allegory.report.plots import colour

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Shares", "matrices"]

WIDE, TALL, LEFT, GAP, HEAD, FOOT = 50, 28, 44, 22, 30, 70
WIDTH = 640
"""Of the drawing: few columns are not drawn large, and tables that do not fit are put below."""
DARK = 0.45
"""Share above which the number in a cell is written in white."""


@dataclass(frozen=True)
class Shares:
    """One table."""

    name: str
    rows: Sequence[str]
    cells: Sequence[Sequence[float]]
    """A row of shares for each of `rows`."""
    marked: Sequence[bool]
    """Rows that are pointed out."""


def matrices(tables: Sequence[Shares], columns: Sequence[str], *, title: str) -> str:
    """Draw the tables, which have these columns in common, side by side as far as they fit.

    `title` is what a screen reader says.
    """
    pitch = LEFT + len(columns) * WIDE + GAP
    abreast = max(WIDTH // pitch, 1)
    panels, top = [], 0
    for start in range(0, len(tables), abreast):
        row = tables[start : start + abreast]
        panels += [
            f'<g class="legend" transform="translate({k * pitch} {top})">{_panel(t, columns)}</g>'
            for k, t in enumerate(row)
        ]
        top += HEAD + TALL * max(len(t.rows) for t in row) + FOOT
    return (
        f'<svg class="plot" viewBox="0 0 {max(pitch, WIDTH)} {top}" role="img" '
        f'aria-label="{escape(title)}" xmlns="http://www.w3.org/2000/svg">{"".join(panels)}</svg>'
    )


def _panel(table: Shares, columns: Sequence[str]) -> str:
    pieces = [f'<text x="{LEFT}" y="18">{escape(table.name)}</text>']
    for i, (name, cells, marked) in enumerate(
        zip(table.rows, table.cells, table.marked, strict=True)
    ):
        y = HEAD + i * TALL
        middle = y + TALL / 2 + 4
        weight = ' font-weight="700"' if marked else ""
        pieces.append(
            f'<text class="end" x="{LEFT - 8}" y="{middle}"{weight}>{escape(name)}</text>'
        )
        for j, share in enumerate(cells):
            x = LEFT + j * WIDE
            ink = ' style="fill:#fff"' if share > DARK else ""
            pieces.append(
                f'<rect x="{x + 1}" y="{y + 1}" width="{WIDE - 2}" height="{TALL - 2}" rx="3" '
                f'fill="{colour(0)}" fill-opacity="{0.04 + 0.96 * share:.3f}"/>'
                f'<text class="middle" x="{x + WIDE / 2}" y="{middle}"{ink}>'
                f"{share:.2f}</text>"
            )
    foot = HEAD + len(table.rows) * TALL + 12
    for j, column in enumerate(columns):
        end = LEFT + (j + 0.5) * WIDE + 4
        pieces.append(
            f'<text class="end" x="{end}" y="{foot}" transform="rotate(-35 {end} {foot})">'
            f"{escape(column)}</text>"
        )
    return "".join(pieces)
