"""Vectors as pictures of dots: scatter plots of two columns, histograms of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from allegory.report.plots import COLOURS
from allegory.report.ticks import plain, ticks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Points = NDArray[np.float64]
    Limits = tuple[tuple[float, float], tuple[float, float]]

__all__ = ["as_points", "draw_points", "limits_of"]

SIDE = 560
FRAME = 46
FINE = 2
"""Drawn this many times larger and then reduced, for smooth edges."""
BINS = 48


def as_points(x: Points) -> Points:
    """Vectors (n, size) as places in the plane (n, 2).

    One column becomes a curve: its density over its range. Of more than two, the first two count.
    """
    if x.shape[1] > 1:
        return x[:, :2]
    low, high = float(x.min()), float(x.max())
    high = high if high > low else low + 1.0
    density, edges = np.histogram(x[:, 0], BINS, (low, high), density=True)
    return np.stack([np.repeat(edges, 2)[1:-1], np.repeat(density, 2)], axis=1)


def limits_of(groups: Sequence[Points]) -> Limits:
    """Axes that hold every point, with a little room, as ((left, right), (bottom, top))."""
    every = np.concatenate(groups)
    low, high = every.min(0), every.max(0)
    room = np.where(high > low, 0.06 * (high - low), 0.5)
    low, high = low - room, high + room
    return (float(low[0]), float(high[0])), (float(low[1]), float(high[1]))


def draw_points(
    groups: Sequence[Points],
    names: Sequence[str] = (),
    *,
    joined: bool = False,
    limits: Limits | None = None,
) -> NDArray[np.uint8]:
    """Draw groups of points (n, 2), a colour each, on labelled axes: uint8 (H, W, 3).

    `joined` connects the points of a group in their order.
    """
    (left, right), (bottom, top) = limits or limits_of(groups)
    image = Image.new("RGB", (SIDE * FINE, SIDE * FINE), "white")
    draw = ImageDraw.Draw(image)
    low, high = FRAME * FINE, (SIDE - FRAME) * FINE

    def place(points: Points) -> Points:
        part = (points - (left, bottom)) / (right - left, top - bottom)
        places: Points = np.stack([part[:, 0], 1 - part[:, 1]], axis=1) * (high - low) + low
        return places

    font = ImageFont.load_default(11 * FINE)
    for value in ticks(left, right):
        x = float(place(np.array([[value, bottom]]))[0, 0])
        draw.line([(x, low), (x, high)], "#e6e8eb", FINE)
        draw.text((x, high + 8 * FINE), plain(value), "#5b626b", font, "mt")
    for value in ticks(bottom, top):
        y = float(place(np.array([[left, value]]))[0, 1])
        draw.line([(low, y), (high, y)], "#e6e8eb", FINE)
        draw.text((low - 6 * FINE, y), plain(value), "#5b626b", font, "rm")
    for k, points in enumerate(groups):
        colour, places = COLOURS[k % len(COLOURS)], place(points).tolist()
        if joined:
            draw.line([tuple(p) for p in places], colour, 2 * FINE, joint="curve")
        else:
            for x, y in places:
                draw.circle((x, y), 2.2 * FINE, colour)
    x = float(low)
    for k, name in enumerate(names):
        draw.text((x, low - 10 * FINE), name, COLOURS[k % len(COLOURS)], font, "ls")
        x += font.getlength(name) + 16 * FINE
    return np.asarray(image.reduce(FINE))
