"""The range of numbers in an array of pictures: recognised and made 0..255, or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allegory.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["finite", "picture_bytes"]

CHUNK = 1024

SLACK = 1e-3
"""Rounding by which values may leave 0..1 or -1..1."""

BRIGHT = 32.0
"""Some pixel of a whole set in 0..255 is at least so bright; less is taken for a mistake."""


def finite(array: NDArray[np.generic]) -> tuple[float, float]:
    """The least and the greatest value.

    Raises:
        UserError: some value is NaN or infinite; names the first row that has one.
    """
    lowest, highest = np.inf, -np.inf
    for start in range(0, len(array), CHUNK):
        part = np.asarray(array[start : start + CHUNK])
        lo, hi = float(part.min()), float(part.max())
        if not np.isfinite([lo, hi]).all():
            bad = ~np.isfinite(part.reshape(len(part), -1)).all(axis=1)
            row = start + int(np.argmax(bad))
            raise UserError(f"the array holds NaN or infinite values, first in row {row}.")
        lowest, highest = min(lowest, lo), max(highest, hi)
    return lowest, highest


def picture_bytes(
    array: NDArray[np.generic],
) -> tuple[Callable[[NDArray[np.generic]], NDArray[np.uint8]], str]:
    """How to turn parts of this array into uint8, and a note on it ("" where there is nothing).

    Raises:
        UserError: the range is none of 0..1, -1..1 and 0..255; names it.
    """
    lo, hi = finite(array)
    whole = array.dtype.kind in "biu"
    seen = f"values go from {lo:g} to {hi:g}"
    if whole and lo >= 0 and 1 < hi <= 255:
        return _scaled(1.0, 0.0), ""
    if lo >= -SLACK and hi <= 1 + SLACK:
        return _scaled(255.0, 0.0), f"{seen}: taken as 0..1 and scaled to 0..255."
    if not whole and lo >= -1 - SLACK and hi <= 1 + SLACK:
        return _scaled(127.5, 127.5), f"{seen}: taken as -1..1 and scaled to 0..255."
    if not whole and lo >= 0 and BRIGHT <= hi <= 255:
        return _scaled(1.0, 0.0), f"{seen}: taken as 0..255 and rounded."
    raise UserError(f"pictures must be in 0..1, -1..1 or 0..255, but {seen}: please rescale them.")


def _scaled(scale: float, offset: float) -> Callable[[NDArray[np.generic]], NDArray[np.uint8]]:
    def convert(part: NDArray[np.generic]) -> NDArray[np.uint8]:
        if part.dtype == np.uint8 and scale == 1.0:
            return part.astype(np.uint8, copy=False)
        values = part.astype(np.float32) * np.float32(scale) + np.float32(offset)
        return values.round().clip(0, 255).astype(np.uint8)

    return convert
