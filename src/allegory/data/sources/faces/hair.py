"""Haircuts: a shell over the skull and a curtain below it, with a window for the face."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from allegory.data.sources.faces.field import (
    Array,
    Point,
    bump,
    ellipsoid,
    norm,
    smooth_max,
    smooth_min,
    sphere,
)

__all__ = ["STYLES", "Style", "hair", "strand"]


@dataclass(frozen=True)
class Style:
    """A haircut, in the frame of the head (lengths in half heads)."""

    top: float = 0.1
    """Thickness over the crown."""
    side: float = 0.05
    """Thickness at the ears."""
    hairline: float = 0.6
    """Height of the hairline in the middle of the forehead."""
    window: float = 0.92
    """Half the width of the window for the face."""
    nape: float = -0.42
    """Height where it ends at the back; at the temples it ends 0.4 higher."""
    parting: float | None = None
    """Where it is parted, to the right of the middle."""
    sweep: float = 0.0
    """How much lower the hairline is to the left than to the right."""
    curtain: float | None = None
    """Height where hair that falls down the sides ends."""
    width: float = 0.86
    """Half the width of the curtain."""
    lock: float = 0.01
    """Depth of the locks that strands form."""
    ragged: float = 0.0
    """Depth of the teeth of its edges."""
    curls: float = 0.0
    """Depth of the curls."""
    volume: tuple[Point, Point] | None = None
    """Centre and radii of an ellipsoid of more hair."""
    knot: tuple[Point, float] | None = None
    """Centre (x ≥ 0: one on each side) and radius of a ball of hair."""


STYLES = MappingProxyType(
    {
        "bald": None,
        "buzz": Style(top=0.025, side=0.015, hairline=0.62, lock=0.0),
        "short": Style(
            top=0.15, side=0.06, hairline=0.52, parting=0.32, sweep=0.3, ragged=0.02, lock=0.016
        ),
        "quiff": Style(
            top=0.12,
            side=0.03,
            hairline=0.58,
            lock=0.014,
            volume=((0.0, 0.9, 0.36), (0.5, 0.32, 0.44)),
        ),
        "fringe": Style(top=0.13, side=0.1, hairline=0.34, nape=-0.5, ragged=0.025),
        "bob": Style(
            top=0.12, side=0.12, hairline=0.38, window=0.66, curtain=-0.72, width=0.88, ragged=0.02
        ),
        "long": Style(
            top=0.11, side=0.1, hairline=0.64, window=0.68, curtain=-1.7, width=0.84, parting=0.0
        ),
        "curly": Style(
            top=0.2,
            side=0.2,
            hairline=0.5,
            lock=0.0,
            curls=0.055,
            nape=-0.6,
            volume=((0.0, 0.36, -0.22), (0.96, 0.84, 0.92)),
        ),
        "bun": Style(
            top=0.06, side=0.045, hairline=0.64, lock=0.006, knot=((0.0, 1.1, -0.3), 0.25)
        ),
        "puffs": Style(
            top=0.05,
            side=0.04,
            hairline=0.62,
            lock=0.006,
            curls=0.03,
            parting=0.0,
            knot=((0.66, 0.74, -0.22), 0.33),
        ),
    }
)
"""The haircuts by name."""


def hair(style: Style, x: Array, y: Array, z: Array, skull: Array) -> Array:
    """Distance to the hair, (n,): points in the frame of the head, and their skull distance."""
    ax = np.abs(x)
    height = np.clip(y * 1.25, 0.0, 1.0)
    d = skull - (style.side + (style.top - style.side) * height)
    # the shell ends along a line that falls from the temples to the nape
    d = smooth_max(d, style.nape + 0.16 + 0.36 * z - y, 0.06)
    if style.volume:
        d = smooth_min(d, ellipsoid(ax, y, z, *style.volume), 0.12)
    if style.curtain is not None:
        d = smooth_min(d, _curtain(style, ax, y, z), 0.14)
    if style.parting is not None:
        d += 0.045 * bump(x, y, z, (style.parting, 1.05, 0.3), (0.1, 0.6, 0.75))
    if style.lock:
        d += style.lock * np.sin(23.0 * strand(x, y, z))
    d = smooth_max(d, -_window(style, x, y, z), 0.09)
    if style.knot:
        centre, radius = style.knot
        d = smooth_min(d, sphere(ax, y, z, centre, radius), 0.06)
    if style.curls:
        d -= style.curls * np.sin(9.0 * x) * np.sin(9.0 * y + 1.0) * np.sin(9.0 * z)
        d -= 0.6 * style.curls * np.sin(19.0 * x) * np.sin(19.0 * y) * np.sin(19.0 * z + 2.0)
    return d


def strand(x: Array, y: Array, z: Array) -> Array:
    """Which strand points belong to, as an angle about the crown; strands sway a little, (n,)."""
    angle: Array = np.arctan2(x, z + 0.3)
    angle += 0.05 * np.sin(4.0 * y)
    return angle


def _curtain(style: Style, ax: Array, y: Array, z: Array) -> Array:
    end = style.curtain or 0.0
    fall = np.maximum(0.35 - y, 0.0)
    column = norm(ax, (z + 0.18) * (style.width / 0.82)) - (style.width + 0.05 * fall)
    column = smooth_max(column, end + style.ragged * np.sin(21.0 * ax + 13.0 * z) - y, 0.16)
    return smooth_max(column, y - 0.3, 0.3)


def _window(style: Style, x: Array, y: Array, z: Array) -> Array:
    reach = 1.25 if style.curtain is not None else 0.9
    top = style.hairline + 0.03
    lift = style.sweep * (x - 0.25)
    if style.ragged:
        lift = lift + style.ragged * np.sin(19.0 * x + 3.0 * np.sin(5.0 * x))
    depth = 1.2 if style.curtain is not None else 0.95
    return ellipsoid(x, y - lift, z, (0.0, top - reach, 1.0), (style.window, reach, depth))
