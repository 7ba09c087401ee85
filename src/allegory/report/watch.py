"""The film of a run, from what it recorded; and six moments of it side by side."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from allegory.errors import UserError
from allegory.report.board import INK, Board
from allegory.report.carried import draw_plane, stills_of_planes
from allegory.report.moments import reach, read_moments, read_sheets
from allegory.report.turns import draw_line, stills_of_lines

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from allegory.report.moments import Moment

    Sheet = tuple[int, NDArray[np.uint8]]

__all__ = ["FPS", "draw_run", "draw_stills", "has_record"]

T = TypeVar("T")

FPS = 15
SECONDS = 8.0
"""Of a film, without its last frame's stay."""
SHOWN = 6
"""Moments on a picture."""
SMALLEST, HEAD = 480, 40
"""Width to which the sheets of a film are enlarged, and the height of the line above them."""


def draw_run(run: Path) -> NDArray[np.uint8]:
    """The film of a run's folder, (t, H, W, 3) at FPS.

    Of vectors, points go straight from one recorded moment to the next; of pictures, each preview
    stays until the next.

    Raises:
        UserError: nothing was recorded.
    """
    moments = read_moments(run)
    if moments:
        between = max(1, round(FPS * SECONDS / max(len(moments) - 1, 1)))
        draw = draw_line if moments[0].points.shape[1] == 1 else draw_plane
        end, far = max(moments[-1].images, 1), reach(moments)
        return np.stack([draw(m, m.images / end, far) for m in filled(moments, between)])
    sheets = read_sheets(run)
    if not sheets:
        raise nothing(run)
    end = max(sheets[-1][0], 1)
    frames = np.stack([_sheet(images, picture, images / end) for images, picture in sheets])
    return frames.repeat(max(1, round(FPS * SECONDS / len(sheets))), axis=0)


def draw_stills(run: Path) -> NDArray[np.uint8]:
    """Six moments of a run's folder side by side, (H, W, 3).

    Raises:
        UserError: nothing was recorded.
    """
    moments = chosen(read_moments(run))
    if moments:
        line = moments[0].points.shape[1] == 1
        return stills_of_lines(moments) if line else stills_of_planes(moments)
    sheets = chosen(read_sheets(run))
    if not sheets:
        raise nothing(run)
    return _stills_of_sheets(sheets)


def has_record(run: Path) -> bool:
    """Whether there is something to draw."""
    return bool(read_moments(run) or read_sheets(run))


def nothing(run: Path) -> UserError:
    """The error for a run without a record."""
    return UserError(
        f"{run} holds no record to make a film of: runs whose model draws samples leave one at "
        "each evaluation while they train."
    )


def chosen(moments: Sequence[T]) -> list[T]:
    """At most six of them, evenly from the first to the last."""
    rows = np.linspace(0, len(moments) - 1, min(SHOWN, len(moments))).round().astype(int)
    return [moments[k] for k in rows]


def filled(moments: Sequence[Moment], between: int) -> list[Moment]:
    """So many steps from each moment to the next, and the last one."""
    found = [_mixed(a, b, step / between) for a, b in pairwise(moments) for step in range(between)]
    return [*found, moments[-1]]


def _mixed(a: Moment, b: Moment, part: float) -> Moment:
    """The moment that lies this part of the way from a to b."""

    def mix(x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
        return (x + part * (y - x)).astype(np.float32)

    one, other = a.realness, b.realness
    return replace(
        a,
        images=round(a.images + part * (b.images - a.images)),
        points=mix(a.points, b.points),
        realness=None if one is None or other is None else mix(one, other),
    )


def _sheet(images: int, picture: NDArray[np.uint8], part: float) -> NDArray[np.uint8]:
    """A preview under the clock."""
    height, width = picture.shape[:2]
    factor = max(1, -(-SMALLEST // width))
    board = Board(width * factor, height * factor + HEAD + 14)
    board.words(2, HEAD - 14, "samples of one seed", "ls")
    board.words(width * factor - 2, HEAD - 14, f"{images:,} images seen", "rs", INK, 15)
    board.bar(0, width * factor, height * factor + HEAD + 8, part)
    frame = board.done().copy()
    frame[HEAD : HEAD + height * factor] = picture.repeat(factor, 0).repeat(factor, 1)
    return frame


def _stills_of_sheets(sheets: list[Sheet], columns: int = 3) -> NDArray[np.uint8]:
    """Previews side by side, none wider than need be."""
    height, width = sheets[0][1].shape[:2]
    gap, head = 20, 34
    rows, across = -(-len(sheets) // columns), min(columns, len(sheets))
    board = Board(across * (width + gap) - gap, rows * (height + head))
    for k, (images, _) in enumerate(sheets):
        x, y = k % columns * (width + gap), head + k // columns * (height + head)
        board.words(x, y - 8, f"{images:,} images", "ls", INK)
    frame = board.done().copy()
    for k, (_, picture) in enumerate(sheets):
        x, y = k % columns * (width + gap), head + k // columns * (height + head)
        frame[y : y + height, x : x + width] = picture
    return frame
