"""What a picture can be derived to, so that any folder of pictures is a folder of pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["DERIVATIONS", "coarse", "grey", "outlines"]

LUMA = (0.299, 0.587, 0.114)
"""Shares of red, green and blue in brightness as the eye has it: ITU-R BT.601, section 2.5.1."""
BLUR = 1.0
"""Deviation, in pixels, of the Gaussian whose slope finds outlines."""
INK = 4.0
"""Grey levels of ink for a slope of one grey level a pixel."""
COARSER = 4
"""Sides of a picture over those of its coarse copy."""


def grey(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Pictures (n, h, w, channels) without their colour: (n, h, w, 1)."""
    return _brightness(pictures).round().astype(np.uint8)[..., None]


def outlines(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The outlines of pictures (n, h, w, channels), dark on white as a pencil draws: (n, h, w, 1).

    The length of the slope of the blurred brightness, as in the first steps of Canny (1986), "A
    computational approach to edge detection"; the scale is fixed, so that a drawing by hand can be
    read as well.
    """
    from scipy.ndimage import gaussian_gradient_magnitude

    light = _brightness(pictures)
    slope = np.stack([gaussian_gradient_magnitude(x, BLUR, mode="nearest") for x in light])
    ink = (255.0 - INK * slope).clip(0, 255).round()
    return np.asarray(ink.astype(np.uint8)[..., None])


def coarse(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Pictures (n, h, w, channels) at a fourth of their sides, enlarged again: the same shape."""
    from allegory.data.pictures import fit

    mode = {1: "L", 3: "RGB", 4: "RGBA"}[pictures.shape[3]]
    height, width = pictures.shape[1:3]
    small = (max(1, height // COARSER), max(1, width // COARSER))
    return np.stack([fit(fit(x, mode, *small), mode, height, width) for x in pictures])


def _brightness(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, h, w) in 0..255; where it is transparent, as on white."""
    values = pictures.astype(np.float32)
    channels = values.shape[3]
    light = values[..., 0] if channels == 1 else values[..., :3] @ np.array(LUMA, np.float32)
    if channels == 4:
        seen = values[..., 3] / 255.0
        light = seen * light + (1.0 - seen) * 255.0
    return np.asarray(light)


DERIVATIONS: dict[str, Callable[[NDArray[np.uint8]], NDArray[np.uint8]]] = {
    "grey": grey,
    "edges": outlines,
    "low-resolution": coarse,
}
"""Name -> pictures (n, h, w, channels) to what is derived from them, of their height and width."""
