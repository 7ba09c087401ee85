"""A board that frames of films are drawn on: smooth edges, one type, calm colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from allegory.report.ticks import plain, ticks

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Colour = tuple[int, int, int] | tuple[int, int, int, int]

__all__ = ["INK", "LINE", "PAPER", "SOFT", "Board", "Box", "hues"]

FINE = 2
"""Drawn this many times larger and then reduced."""
INK, SOFT, LINE, PAPER = (28, 31, 36), (92, 99, 109), (226, 226, 222), (251, 250, 248)
TYPE = 13
LIGHTNESS, CHROMA = 0.66, 0.15
"""Of the colours of points, in OKLCH: alike in lightness, as far as screens show them."""


@dataclass(frozen=True)
class Box:
    """A part of the board with a pair of axes, in pixels of the finished frame."""

    left: float
    top: float
    right: float
    bottom: float
    x: tuple[float, float]
    """Numbers at its left and right end."""
    y: tuple[float, float]
    """Numbers at its bottom and top."""

    def places(self, x: ArrayLike, y: ArrayLike) -> NDArray[np.float64]:
        """Where numbers (n,) lie on the board: (n, 2)."""
        across = (np.asarray(x, np.float64) - self.x[0]) / (self.x[1] - self.x[0])
        up = (np.asarray(y, np.float64) - self.y[0]) / (self.y[1] - self.y[0])
        places = np.broadcast_arrays(
            self.left + across * (self.right - self.left),
            self.bottom - up * (self.bottom - self.top),
        )
        return np.stack(places, axis=-1)


class Board:
    """Collects what is drawn, in order."""

    def __init__(self, width: int, height: int) -> None:
        self.image = Image.new("RGB", (width * FINE, height * FINE), PAPER)
        self.draw = ImageDraw.Draw(self.image, "RGBA")

    def done(self) -> NDArray[np.uint8]:
        """The frame, (H, W, 3)."""
        return np.asarray(self.image.reduce(FINE))

    def dots(
        self, places: NDArray[np.float64], colours: list[Colour] | Colour, radius: float
    ) -> None:
        """Round dots at places (n, 2), of one colour or one each."""
        paints = [colours] * len(places) if isinstance(colours, tuple) else colours
        for (x, y), paint in zip((places * FINE).tolist(), paints, strict=True):
            self.draw.circle((x, y), radius * FINE, paint)

    def way(self, places: NDArray[np.float64], colour: Colour, width: float) -> None:
        """A line through places (n, 2)."""
        points = [tuple(p) for p in (places * FINE).tolist()]
        self.draw.line(points, colour, max(round(width * FINE), 1), joint="curve")

    def area(self, places: NDArray[np.float64], colour: Colour) -> None:
        """The polygon with these corners (n, 2)."""
        self.draw.polygon([tuple(p) for p in (places * FINE).tolist()], colour)

    def words(
        self, x: float, y: float, text: str, anchor: str, colour: Colour = SOFT, size: int = TYPE
    ) -> None:
        """Text at a place, anchored as Pillow names it."""
        font = ImageFont.load_default(size * FINE)
        self.draw.text((x * FINE, y * FINE), text, colour, font, anchor)

    def picture(self, box: Box, picture: NDArray[np.uint8]) -> None:
        """Bytes (h, w, 3), stretched smoothly over a box."""
        size = (round((box.right - box.left) * FINE), round((box.bottom - box.top) * FINE))
        stretched = Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC)
        self.image.paste(stretched, (round(box.left * FINE), round(box.top * FINE)))

    def frame(self, box: Box, *, level: bool = True, upright: bool = True, about: int = 5) -> None:
        """A thin line around a box, with round numbers below and left of it."""
        corners = [box.left, box.top, box.right, box.bottom]
        self.draw.rectangle([c * FINE for c in corners], outline=LINE, width=FINE)
        for value in ticks(*box.x, about) if level else ():
            x = box.places([value], [box.y[0]])[0, 0]
            self.words(x, box.bottom + 8, plain(value), "mt")
        for value in ticks(*box.y, about) if upright else ():
            y = box.places([box.x[0]], [value])[0, 1]
            self.words(box.left - 8, y, plain(value), "rm")

    def clock(self, images: float, part: float, box: Box) -> None:
        """How many images were seen, over a line that fills from left to right below a box."""
        self.words(box.right, box.top - 12, f"{images:,.0f} images seen", "rs", INK, 15)
        self.bar(box.left, box.right, box.bottom + 38, part)

    def bar(self, left: float, right: float, y: float, part: float) -> None:
        """A line that is filled up to this part."""
        middle = left + part * (right - left)
        self.way(np.array([[left, y], [right, y]]), LINE, 3)
        self.way(np.array([[left, y], [middle, y]]), SOFT, 3)


def hues(noise: NDArray[np.float32]) -> list[Colour]:
    """A colour for each place of noise (n, 1 or 2).

    In the plane the angle is the hue, and colours fade towards the middle; along a line the hue
    goes from blue to red. Björn Ottosson (2020), "A perceptual color space for image processing".
    """
    if noise.shape[1] == 1:
        rank = noise[:, 0].argsort().argsort() / max(len(noise) - 1, 1)
        angle, strength = np.deg2rad(250 - 225 * rank), np.ones(len(noise))
    else:
        angle = np.arctan2(noise[:, 1], noise[:, 0])
        far = np.linalg.norm(noise, axis=1)
        strength = far / (far + 0.4)
    a, b = CHROMA * strength * np.cos(angle), CHROMA * strength * np.sin(angle)
    l, m, s = (
        (LIGHTNESS + i * a + j * b) ** 3
        for i, j in (
            (0.3963377774, 0.2158037573),
            (-0.1055613458, -0.0638541728),
            (-0.0894841775, -1.2914855480),
        )
    )
    linear = np.stack(
        [
            4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
            -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
            -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s,
        ],
        axis=1,
    ).clip(0, 1)
    # the transfer function of sRGB
    shown = np.where(linear > 0.0031308, 1.055 * linear ** (1 / 2.4) - 0.055, 12.92 * linear)
    return [tuple(row) for row in (shown * 255).round().astype(int).tolist()]
