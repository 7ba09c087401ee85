"""The palettes that faces and objects share: skin, hair, eyes, cloth, walls; linear RGB."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["EYES", "HAIR", "columns", "from_lab", "hue", "lightness", "pick", "skin"]

Colours: TypeAlias = NDArray[np.float64]

HAIR = MappingProxyType(
    {
        "black": (0.012, 0.010, 0.011),
        "brown": (0.070, 0.036, 0.020),
        "red": (0.300, 0.085, 0.026),
        "blond": (0.560, 0.370, 0.150),
        "grey": (0.420, 0.420, 0.430),
    }
)
EYES = MappingProxyType(
    {
        "brown": (0.110, 0.045, 0.018),
        "hazel": (0.190, 0.120, 0.035),
        "green": (0.095, 0.200, 0.085),
        "blue": (0.080, 0.210, 0.440),
        "grey": (0.170, 0.205, 0.235),
    }
)

_D65 = np.array([0.95047, 1.0, 1.08883])
_XYZ_TO_RGB = np.array(
    [[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]]
)


def from_lab(L: Colours, a: Colours, b: Colours) -> Colours:
    """CIELAB (L* in 0..100, D65) to linear RGB in 0..1: (n,) each to (n, 3)."""
    fy = (L + 16.0) / 116.0
    f = np.stack([fy + a / 500.0, fy, fy - b / 200.0], axis=-1)
    xyz = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * _D65
    rgb: Colours = np.einsum("...j,ij->...i", xyz, _XYZ_TO_RGB)
    return np.clip(rgb, 0.0, 1.0)


def lightness(pictures: NDArray[np.uint8]) -> Colours:
    """L* in 0..100 of sRGB pictures: (..., 3) to (...)."""
    v = pictures / 255.0
    linear = np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)
    y: Colours = linear @ np.array([0.2126, 0.7152, 0.0722])
    return np.where(y > (6 / 29) ** 3, 116 * np.cbrt(y) - 16, y * (29 / 3) ** 3)


def skin(tone: Colours) -> Colours:
    """Skin on a scale that is even in L*, from very dark (0) to very light (1): (n,) to (n, 3).

    The hue follows measured skin: brown with little chroma in the dark, most chroma at medium
    tones, and a pinkish beige in the light.
    """
    L = 22.0 + 63.0 * tone
    knots = [0.0, 0.25, 0.5, 0.75, 1.0]
    a = np.interp(tone, knots, [8.0, 12.5, 14.5, 12.0, 9.5])
    b = np.interp(tone, knots, [9.0, 19.0, 24.0, 20.5, 12.5])
    return from_lab(L, a, b)


def hue(degrees: Colours, light: Colours | float, chroma: float) -> Colours:
    """A colour by its CIELAB hue, L* and chroma: (n,) to (n, 3)."""
    angle = np.deg2rad(degrees)
    return from_lab(light + 0.0 * angle, chroma * np.cos(angle), chroma * np.sin(angle))


def pick(palette: Mapping[str, tuple[float, float, float]], index: NDArray[np.integer]) -> Colours:
    """The colours at these places of a palette: (n,) to (n, 3)."""
    rgb: Colours = np.array(list(palette.values()))[index]
    return rgb


def columns(rgb: Colours) -> NDArray[np.float32]:
    """Colours as the shader has them: (n, 3) to (3, n) float32."""
    return np.ascontiguousarray(rgb.T, np.float32)
