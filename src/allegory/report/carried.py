"""Frames of the film in the plane: noise that a model carries to the data, and what looks real."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allegory.report.board import INK, Board, Box, hues
from allegory.report.moments import reach
from allegory.report.ticks import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from allegory.report.board import Colour
    from allegory.report.moments import Moment

__all__ = ["draw_plane", "stills_of_planes"]

WIDTH, HEIGHT = 640, 540
LEFT, TOP, SIDE = 46, 40, 440
COLUMN = 510
"""Where the column right of the plane begins."""
DATA: Colour = (120, 128, 138, 80)
GENERATED: Colour = (50, 103, 200)
FAKE, UNDECIDED, REAL = (242, 206, 182), (251, 250, 248), (184, 210, 240)
"""Colours of P(real) = 0, 1/2 and 1."""
NOISE = 3.0
"""Standard deviations of noise that are shown."""


def draw_plane(moment: Moment, part: float, far: float = 0.5) -> NDArray[np.uint8]:
    """A frame, (H, W, 3).

    Args:
        moment: with points in the plane.
        part: of the run, in [0, 1].
        far: how far P(real) is shown to each side of 1/2.
    """
    board = Board(WIDTH, HEIGHT)
    box = _box(moment, LEFT, TOP, SIDE)
    _plane(board, box, moment, 2.6, far)
    board.frame(box)
    board.clock(moment.images, part, box)
    _column(board, moment, far)
    return board.done()


def stills_of_planes(moments: list[Moment], columns: int = 3) -> NDArray[np.uint8]:
    """Moments side by side, (H, W, 3)."""
    side, gap, head = 250, 20, 34
    rows = -(-len(moments) // columns)
    across = min(columns, len(moments))
    board = Board(LEFT + across * (side + gap), rows * (side + head) + 34)
    for k, moment in enumerate(moments):
        row, column = divmod(k, columns)
        box = _box(moment, LEFT + column * (side + gap), head + row * (side + head), side)
        _plane(board, box, moment, 1.7, reach(moments))
        board.frame(box, level=row == rows - 1, upright=column == 0, about=4)
        board.words(box.left, box.top - 8, f"{moment.images:,} images", "ls", INK)
    return board.done()


def _box(moment: Moment, left: float, top: float, side: float) -> Box:
    """A square with the same unit on both axes."""
    middle = (moment.low + moment.high) / 2
    half = float((moment.high - moment.low).max()) / 2
    x, y = ((float(m) - half, float(m) + half) for m in middle)
    return Box(left, top, left + side, top + side, x, y)


def _plane(board: Board, box: Box, moment: Moment, radius: float, far: float) -> None:
    if moment.realness is not None:
        low, high = moment.low.astype(float), moment.high.astype(float)
        (left, right), (bottom, top) = (
            box.places([low[0], high[0]], [low[1], high[1]])[:, k] for k in (0, 1)
        )
        part = Box(left, top, right, bottom, box.x, box.y)
        board.picture(part, _shades(moment.realness[::-1], far))
    data = box.places(moment.data[:, 0], moment.data[:, 1])
    points = box.places(moment.points[:, 0], moment.points[:, 1])
    board.dots(_inside(data, box), DATA, 0.75 * radius)
    colours = _colours(moment)
    near = [k for k, place in enumerate(points) if len(_inside(place[None], box))]
    board.dots(points[near], [colours[k] for k in near], radius)


def _inside(places: NDArray[np.float64], box: Box) -> NDArray[np.float64]:
    """Those of the places (n, 2) that lie in the box."""
    low, high = np.array([box.left, box.top]), np.array([box.right, box.bottom])
    return places[((places >= low + 2) & (places <= high - 2)).all(axis=1)]


def _colours(moment: Moment) -> list[Colour]:
    if moment.noise is None:
        return [GENERATED] * len(moment.points)
    return hues(moment.noise)


def _shades(realness: NDArray[np.float32], far: float) -> NDArray[np.uint8]:
    """P(real) (h, w) as colours (h, w, 3), which are strongest so far from 1/2."""
    ends = np.array([FAKE, UNDECIDED, REAL], np.float64)
    shades = [np.interp(realness, [0.5 - far, 0.5, 0.5 + far], ends[:, c]) for c in range(3)]
    return np.stack(shades, axis=-1).round().astype(np.uint8)


def _column(board: Board, moment: Moment, far: float) -> None:
    """The noise, and what the colours mean."""
    y = float(TOP)
    if moment.noise is not None:
        inset = Box(COLUMN, y, COLUMN + 110, y + 110, (-NOISE, NOISE), (-NOISE, NOISE))
        flat = moment.noise[:, 1] if moment.noise.shape[1] > 1 else 0.0
        board.frame(inset, level=False, upright=False)
        places = inset.places(moment.noise[:, 0].clip(-NOISE, NOISE), np.clip(flat, -NOISE, NOISE))
        board.dots(places, hues(moment.noise), 1.6)
        board.words(COLUMN, inset.bottom + 8, "the noise: each point", "lt")
        board.words(COLUMN, inset.bottom + 25, "keeps its colour", "lt")
        if moment.latents > 2:
            board.words(COLUMN, inset.bottom + 42, f"(2 of {moment.latents} numbers)", "lt")
        y = inset.bottom + 78
    around = np.array([[1.0, 0.0], [-0.5, 0.9], [-0.5, -0.9]], np.float32)
    colours = [GENERATED] * 3 if moment.noise is None else hues(3 * around)
    board.dots(np.array([COLUMN + 10, y + 5]) + 5 * around, colours, 2.6)
    board.words(COLUMN + 26, y + 5, "generated", "lm")
    board.dots(np.array([COLUMN + 10, y + 27]) + 2 * around, DATA, 2.0)
    board.words(COLUMN + 26, y + 27, "data", "lm")
    if moment.realness is not None:
        y += 62
        board.words(COLUMN, y, "P(real)", "ls")
        low, high = 0.5 - far, 0.5 + far
        ramp = np.linspace(low, high, 64, dtype=np.float32)[None].repeat(2, 0)
        bar = Box(COLUMN, y + 8, COLUMN + 110, y + 22, (0.0, 1.0), (0.0, 1.0))
        board.picture(bar, _shades(ramp, far))
        board.frame(bar, level=False, upright=False)
        for x, word, anchor in (
            (0, plain(low), "lt"),
            (55, "0.5", "mt"),
            (110, plain(high), "rt"),
        ):
            board.words(COLUMN + x, y + 28, word, anchor)
