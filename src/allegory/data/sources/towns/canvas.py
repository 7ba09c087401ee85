"""A canvas in units, drawn larger than it is shown, so that edges are smooth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Canvas", "Colour"]

Colour = tuple[int, int, int]

FINER = 3
"""Pixels drawn for each side of a pixel shown."""


class Canvas:
    """Shapes in units of a plan, on a picture."""

    def __init__(
        self, height: int, width: int, extent: tuple[float, float], ground: Colour
    ) -> None:
        self.size = (width, height)
        large = (FINER * width, FINER * height)
        self.scale = np.array([large[0] / extent[0], large[1] / extent[1]])
        self.image = Image.new("RGB", large, ground)
        self.pen = ImageDraw.Draw(self.image, "RGBA")

    def polygon(self, points: NDArray[np.float64], fill: tuple[int, ...]) -> None:
        """Fill the polygon of points (k, 2)."""
        self.pen.polygon([tuple(p) for p in points * self.scale], fill=fill)

    def line(self, points: NDArray[np.float64], width: float, fill: tuple[int, ...]) -> None:
        """Draw a line through points (k, 2), round where it bends."""
        across = max(1, round(width * float(self.scale.mean())))
        self.pen.line([tuple(p) for p in points * self.scale], fill, across, joint="curve")

    def disc(self, x: float, y: float, radius: float, fill: tuple[int, ...]) -> None:
        """Fill a disc."""
        (cx, cy), (rx, ry) = np.array([x, y]) * self.scale, radius * self.scale
        self.pen.ellipse([cx - rx, cy - ry, cx + rx, cy + ry], fill=fill)

    def shown(self) -> NDArray[np.uint8]:
        """The picture at its size: uint8 (h, w, 3)."""
        return np.asarray(self.image.resize(self.size, Image.Resampling.BOX))
