"""Which size and channels pictures are read at, and how many of them: the settings made exact."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from allegory.data.pictures import fit
from allegory.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from allegory.data.settings import DataSettings
    from allegory.data.store import Writer

__all__ = ["append_pictures", "chosen", "plan_mode", "plan_size"]

SIDE = 64
"""Side length where pictures differ or are large."""

SMALL = 128
"""Pictures whose sides are at most this keep their size."""

AGREE = 0.9
"""Share of the pictures that must have one size for it to be kept."""

LARGEST = 4096
MODES = {"grey": "L", "rgb": "RGB", "rgba": "RGBA"}
CHUNK = 1024


def plan_size(size: str, found: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """(height, width) from the setting and the sizes, (height, width), that pictures have.

    "auto" keeps the size that nearly all share, where it is small; else it is 64x64.
    """
    if size != "auto":
        sides = [int(side) for side in size.split("x")]
        if not all(1 <= side <= LARGEST for side in sides):
            raise UserError(f"size {size} is out of range: sides go from 1 to {LARGEST}.")
        return sides[0], sides[-1]
    counts = Counter(found)
    if not counts:
        return SIDE, SIDE
    common, n = counts.most_common(1)[0]
    if n >= AGREE * counts.total() and max(common) <= SMALL:
        return common
    return SIDE, SIDE


def plan_mode(mode: str, grey: Iterable[bool]) -> str:
    """Pillow's name of the channels: "auto" is grey where every picture is grey, else RGB."""
    return MODES[mode] if mode in MODES else "L" if all(grey) else "RGB"


def chosen(n: int, settings: DataSettings) -> NDArray[np.int64]:
    """Which of n examples to use: all, or `settings.examples` of them drawn by seed, in order."""
    if settings.examples is None or settings.examples >= n:
        return np.arange(n)
    rng = np.random.Generator(np.random.Philox(key=settings.data_seed))
    return np.sort(rng.permutation(n)[: settings.examples])


def append_pictures(
    writer: Writer,
    pictures: NDArray[np.generic],
    rows: NDArray[np.int64],
    settings: DataSettings,
    to_bytes: Callable[[NDArray[np.generic]], NDArray[np.uint8]],
) -> None:
    """Pack some `rows` of pictures (n, h, w, channels) at the size and mode asked for.

    `to_bytes` turns a part of them into uint8.
    """
    _, *own, channels = pictures.shape
    height, width = plan_size(settings.size, [(own[0], own[1])])
    same = {1: "L", 3: "RGB", 4: "RGBA"}[channels]
    mode = same if settings.mode == "auto" else MODES[settings.mode]
    writer.info["media"] = {"mode": mode, "height": height, "width": width}
    for start in range(0, len(rows), CHUNK):
        part = to_bytes(pictures[rows[start : start + CHUNK]])
        if (mode, height, width) != (same, *own):
            part = np.stack([fit(picture, mode, height, width) for picture in part])
        writer.append(part)
