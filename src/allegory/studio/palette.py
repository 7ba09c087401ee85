"""The colours that pictures are drawn with: what a person paints with to make more of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["palette"]

MOST = 10
APART = 40
"""How far colours are from each other, in one channel at least."""


def palette(pictures: NDArray[np.uint8]) -> list[str]:
    """Colours of pictures (n, h, w, 1, 3 or 4), as "#rrggbb": the most frequent first.

    A colour is passed over where it is near to a commoner one.
    """
    channels = (0, 0, 0) if pictures.shape[-1] == 1 else (0, 1, 2)
    r, g, b = (pictures[..., k].ravel().astype(np.int64) for k in channels)
    colours, counts = np.unique(r << 16 | g << 8 | b, return_counts=True)
    found: list[tuple[int, int, int]] = []
    for k in np.argsort(-counts, kind="stable"):
        colour = (int(colours[k] >> 16), int(colours[k] >> 8 & 255), int(colours[k] & 255))
        near = (max(abs(a - c) for a, c in zip(colour, other, strict=True)) for other in found)
        if all(away >= APART for away in near):
            found.append(colour)
        if len(found) == MOST:
            break
    return ["#{:02x}{:02x}{:02x}".format(*colour) for colour in found]
