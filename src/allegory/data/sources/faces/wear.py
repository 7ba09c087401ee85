"""Rare accessories as distance fields: glasses, sunglasses and a knitted hat."""

from __future__ import annotations

import numpy as np

from allegory.data.sources.faces.field import (
    Array,
    capsule,
    norm,
    smooth_max,
    smooth_min,
    sphere,
)

__all__ = ["glasses", "hat", "sunglasses"]


def glasses(ax: Array, y: Array, z: Array) -> Array:
    """Distance to a round frame, (n,); ax is the distance from the middle of the face."""
    rim = norm(norm(ax - 0.285, y + 0.02) - 0.2, z - 0.855 + 0.3 * ax * ax)
    rim -= 0.024
    return np.minimum(rim, _temples(ax, y, z))


def sunglasses(ax: Array, y: Array, z: Array) -> tuple[Array, Array]:
    """Distances to the frame and to the dark lenses, (n,) each."""
    front = z - 0.87 + 0.3 * ax * ax
    across, up = np.abs(ax - 0.29) - 0.13, np.abs(y + 0.03) - 0.08
    outline = norm(np.maximum(across, 0.0), np.maximum(up, 0.0))
    outline += np.minimum(np.maximum(across, up), 0.0) - 0.1
    lens = smooth_max(outline, np.abs(front + 0.035) - 0.05, 0.02)
    rim = norm(outline, front) - 0.026
    return np.minimum(rim, _temples(ax, y, z)), lens


def _temples(ax: Array, y: Array, z: Array) -> Array:
    bar = capsule(ax, y, z, (0.5, 0.05, 0.76), (0.79, 0.05, -0.1), 0.022, 0.022)
    bridge = capsule(ax, y, z, (0.0, 0.06, 0.87), (0.1, 0.03, 0.84), 0.022, 0.022)
    return np.minimum(bar, bridge)


def hat(x: Array, y: Array, z: Array, skull: Array) -> Array:
    """Distance to a knitted hat with a cuff and a bobble, (n,)."""
    rise = y + 0.22 * z
    ribs = np.sin(26.0 * np.arctan2(x, z + 0.12))
    crown = smooth_max(skull - 0.13 - 0.006 * ribs, 0.42 - rise, 0.05)
    cuff = smooth_max(skull - 0.17 - 0.012 * ribs, np.abs(rise - 0.5) - 0.11, 0.06)
    bobble = sphere(x, y, z, (0.0, 1.14, -0.28), 0.15)
    bobble -= 0.02 * np.sin(24.0 * x) * np.sin(24.0 * y) * np.sin(24.0 * z)
    return smooth_min(np.minimum(crown, cuff), bobble, 0.04)
