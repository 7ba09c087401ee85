"""Frames of the film along a line: real and generated points, and how real each place looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allegory.report.board import INK, LINE, SOFT, Board, Box
from allegory.report.moments import reach
from allegory.report.ticks import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from allegory.report.board import Colour
    from allegory.report.moments import Moment

__all__ = ["draw_line", "stills_of_lines"]

WIDTH, HEIGHT = 640, 470
REAL: Colour = (50, 103, 200)
FAKE: Colour = (208, 98, 42)
CURVE: Colour = (92, 84, 130)
SHOWN = 60
"""Points of each side that are drawn as such; the hills are of all."""
PLACES = 200
SMOOTH = 0.02
"""Deviation of the kernel that hills are smoothed by, as a part of what is shown."""


def draw_line(moment: Moment, part: float, far: float = 0.5) -> NDArray[np.uint8]:
    """A frame, (H, W, 3).

    Args:
        moment: with points along a line.
        part: of the run, in [0, 1].
        far: how far P(real) is shown to each side of 1/2.
    """
    board = Board(WIDTH, HEIGHT)
    x = (float(moment.low[0]), float(moment.high[0]))
    top = 44.0
    if moment.realness is not None:
        curve = Box(60, top, WIDTH - 24, 200, x, (0.5 - far, 0.5 + far))
        _curve(board, curve, moment.realness)
        board.words(60, top - 12, "P(real)", "ls", CURVE, 15)
        top = 222
    ground = Box(60, top, WIDTH - 24, HEIGHT - 56, x, (-1.0, 1.0))
    _ground(board, ground, moment, 3.2)
    for name, colour, y, anchor in (
        ("data", REAL, ground.top + 10, "lt"),
        ("generated", FAKE, ground.bottom - 10, "ls"),
    ):
        board.words(ground.left + 10, y, name, anchor, colour, 15)
    board.clock(moment.images, part, Box(60, 44, WIDTH - 24, HEIGHT - 56, x, (0, 1)))
    return board.done()


def stills_of_lines(moments: list[Moment], columns: int = 3) -> NDArray[np.uint8]:
    """Moments side by side, (H, W, 3)."""
    width, gap, left, head = 250, 20, 46, 34
    rows, across = -(-len(moments) // columns), min(columns, len(moments))
    judged, far = moments[0].realness is not None, reach(moments)
    tall = 210 if judged else 150
    board = Board(left + across * (width + gap), rows * (tall + head) + 60)
    for k, moment in enumerate(moments):
        row, column = divmod(k, columns)
        x0, y0 = left + column * (width + gap), head + row * (tall + head)
        x = (float(moment.low[0]), float(moment.high[0]))
        top = float(y0)
        if moment.realness is not None:
            y = (0.5 - far, 0.5 + far)
            _curve(
                board, Box(x0, y0, x0 + width, y0 + 80, x, y), moment.realness, numbers=column == 0
            )
            top += 90
        _ground(
            board, Box(x0, top, x0 + width, y0 + tall, x, (-1, 1)), moment, 2.0, row == rows - 1
        )
        board.words(x0, y0 - 8, f"{moment.images:,} images", "ls", INK)
    words = [("data", REAL), ("generated", FAKE), *([("P(real)", CURVE)] if judged else [])]
    for k, (word, colour) in enumerate(words):
        board.words(left + 90 * k, rows * (tall + head) + 48, word, "ls", colour)
    return board.done()


def _curve(board: Board, box: Box, realness: NDArray[np.float32], *, numbers: bool = True) -> None:
    """P(real) along the line, over a dashed line where the model can't tell."""
    places = box.places(np.linspace(*box.x, len(realness)), realness)
    corners = box.places(box.x[::-1], [0.5, 0.5])
    board.area(np.concatenate([places, corners]), (*CURVE[:3], 40))
    board.frame(box, level=False, upright=False)
    for value in (box.y[0], 0.5, box.y[1]) if numbers else ():
        y = box.places([box.x[0]], [value])[0, 1]
        board.words(box.left - 8, y, plain(value), "rm")
    y = (box.top + box.bottom) / 2
    for x in np.arange(box.left, box.right - 4, 9):
        board.way(np.array([[x, y], [x + 4, y]]), LINE, 1)
    board.way(places, CURVE, 2)


def _ground(board: Board, box: Box, moment: Moment, radius: float, level: bool = True) -> None:
    """Data stand on the line, generated points hang from it."""
    board.frame(box, level=level, upright=False)
    data, points = moment.data[:, 0], moment.points[:, 0]
    # the hills of the data fill two thirds of their side, at every moment alike
    highest = 1.5 * float(_hill(data, box).max())
    middle = (box.top + box.bottom) / 2
    for values, colour, side in ((data, REAL, 1), (points, FAKE, -1)):
        hill = (_hill(values, box) / highest).clip(0, 0.97) * side
        outline = box.places(np.linspace(*box.x, PLACES), hill)
        ends = box.places([box.x[1], box.x[0]], [0.0, 0.0])
        board.area(np.concatenate([outline, ends]), (*colour[:3], 46))
        board.way(outline, (*colour[:3], 120), 1.2)
        some = values[:SHOWN]
        inside = some[(some > box.x[0]) & (some < box.x[1])]
        dots = box.places(inside, np.zeros(len(inside)))
        dots[:, 1] -= side * (radius + 1.5)
        board.dots(dots, (*colour[:3], 170), radius)
    board.way(np.array([[box.left, middle], [box.right, middle]]), SOFT, 1)


def _hill(values: NDArray[np.float32], box: Box) -> NDArray[np.float64]:
    """How densely the values lie at evenly spaced places, (places,)."""
    low, high = box.x
    places, width = np.linspace(low, high, PLACES), SMOOTH * (high - low)
    apart = (places[:, None] - values[None, :].astype(np.float64)) / width
    found: NDArray[np.float64] = np.exp(-0.5 * apart**2).mean(1)
    return found
