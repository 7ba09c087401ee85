"""Plots as a picture: the panels of a sweep side by side, for slides and papers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from allegory.report.plots import BOTTOM, COLOURS, HEIGHT, LEFT, RIGHT, TOP, WIDTH, scales
from allegory.report.ticks import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from allegory.report.plots import Series
    from allegory.report.sweep_plots import Panel

__all__ = ["draw_panels"]

COLUMNS = 2
HEAD = 26
"""Height of the title above a panel."""
SIZE = 2
"""Pixels a unit of the plot."""
FINE = 2
"""Drawn this many times larger and then reduced, for smooth edges."""
UNIT = SIZE * FINE
GRID, SOFT, INK = "#e4e2dc", "#5c636d", "#1c1f24"


def draw_panels(panels: Sequence[Panel]) -> NDArray[np.uint8]:
    """Draw at least one panel, two in a row, as the page shows them: uint8 (H, W, 3)."""
    columns = min(COLUMNS, len(panels))
    rows = math.ceil(len(panels) / columns)
    height, width = (HEIGHT + HEAD) * SIZE, WIDTH * SIZE
    canvas = np.full((rows * height, columns * width, 3), 255, np.uint8)
    for i, panel in enumerate(panels):
        top, left = i // columns * height, i % columns * width
        canvas[top : top + height, left : left + width] = _panel(panel)
    return canvas


def _panel(panel: Panel) -> NDArray[np.uint8]:
    """One panel: uint8 (H, W, 3)."""
    image = Image.new("RGB", (WIDTH * UNIT, (HEIGHT + HEAD) * UNIT), "white")
    draw = ImageDraw.Draw(image)
    small, large = (ImageFont.load_default(size * UNIT) for size in (11, 13))
    across, up = scales(panel.series, x_range=panel.x_range)

    def place(x: float, y: float) -> tuple[float, float]:
        return across(x) * UNIT, (up(y) + HEAD) * UNIT

    draw.text((LEFT * UNIT, 20 * UNIT), panel.title, INK, large, "ls")
    left, right = LEFT * UNIT, (WIDTH - RIGHT) * UNIT
    bottom = (HEIGHT - BOTTOM + HEAD) * UNIT
    for value in up.ticks(5):
        y = (up(value) + HEAD) * UNIT
        draw.line([(left, y), (right, y)], GRID, UNIT)
        draw.text((left - 8 * UNIT, y), plain(value), SOFT, small, "rm")
    for value, word in panel.ticks:
        x = across(value) * UNIT
        draw.line([(x, bottom), (x, bottom + 4 * UNIT)], GRID, UNIT)
        draw.text((x, bottom + 8 * UNIT), word, SOFT, small, "mt")
    draw.text((right, (HEIGHT + HEAD - 6) * UNIT), panel.x_label, SOFT, small, "rs")
    for series in panel.series:
        colour = COLOURS[series.colour % len(COLOURS)]
        for x, (low, high) in series.whiskers():
            draw.line([place(x, low), place(x, high)], _pale(colour), 2 * UNIT)
        places = [place(x, y) for x, y in series.points()]
        if series.style == "marks" and len(places) > 1:
            draw.line(places, colour, 2 * UNIT, joint="curve")
        for spot in places:
            draw.circle(spot, (3.4 if series.style == "marks" else 2.2) * UNIT, colour)
    _legend(draw, [s for s in panel.series if s.name], small)
    return np.asarray(image.reduce(FINE))


def _legend(
    draw: ImageDraw.ImageDraw,
    series: Sequence[Series],
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
) -> None:
    """Names in their colours, above the plot."""
    x, y = float(LEFT * UNIT), (HEAD + TOP - 12) * UNIT
    for s in series:
        draw.text((x, y), s.name, COLOURS[s.colour % len(COLOURS)], font, "ls")
        x += font.getlength(s.name) + 14 * UNIT


def _pale(colour: str) -> str:
    """The colour, half of the way to white."""
    parts = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return "#" + "".join(f"{(part + 255) // 2:02x}" for part in parts)
