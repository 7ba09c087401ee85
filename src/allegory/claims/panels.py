"""Plots and pictures side by side, as one SVG."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from allegory.report.html import image_uri
from allegory.report.plots import HEIGHT, WIDTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Panel", "picture", "side_by_side"]

HEAD, GAP = 26, 18
"""Heights of a panel's title, and between panels."""


@dataclass(frozen=True)
class Panel:
    """One of several."""

    title: str
    svg: str
    """With a viewBox, and neither width nor height."""


def picture(pixels: NDArray[np.uint8], title: str) -> str:
    """A picture (H, W, C) as SVG, of the width of a plot; no higher than one."""
    scale = min(WIDTH / pixels.shape[1], HEIGHT / pixels.shape[0])
    width, height = (round(scale * side, 1) for side in (pixels.shape[1], pixels.shape[0]))
    return (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(title)}" xmlns="http://www.w3.org/2000/svg"><image '
        f'x="{(WIDTH - width) / 2:.1f}" width="{width}" height="{height}" '
        f'href="{image_uri(pixels)}"/></svg>'
    )


def side_by_side(panels: Sequence[Panel], *, title: str, columns: int = 2) -> str:
    """Draw panels of the size of a plot in rows; `title` is what a screen reader says."""
    columns = min(columns, len(panels))
    rows = -(-len(panels) // columns)
    wide, tall = WIDTH + GAP, HEAD + HEIGHT + GAP
    cells = []
    for k, panel in enumerate(panels):
        row, column = divmod(k, columns)
        x, y = column * wide, row * tall
        cells.append(
            f'<g class="legend"><text x="{x + 8}" y="{y + 17}" font-weight="600">'
            f"{escape(panel.title)}</text></g>"
            f'<svg x="{x}" y="{y + HEAD}" width="{WIDTH}" height="{HEIGHT}">{panel.svg}</svg>'
        )
    return (
        f'<svg class="plot" viewBox="0 0 {columns * wide - GAP} {rows * tall - GAP}" role="img" '
        f'aria-label="{escape(title)}" xmlns="http://www.w3.org/2000/svg">{"".join(cells)}</svg>'
    )
