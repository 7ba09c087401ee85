"""Objects that are not faces, in the colours of faces: what a detector must tell apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from allegory.data.sources.faces import colours
from allegory.data.sources.faces.field import (
    Array,
    bump,
    capsule,
    ellipsoid,
    mix,
    norm,
    smooth_max,
    smooth_min,
    sphere,
    step,
)
from allegory.data.sources.faces.shade import Surface

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from allegory.data.sources.faces.field import Table

__all__ = ["PATTERNS", "SHAPES", "Thing", "things"]

PATTERNS = ("plain", "bands", "checks", "patch")


def _ball(x: Array, y: Array, z: Array) -> Array:
    return sphere(x, y, z, (0.0, 0.0, 0.0), 0.86)


def _egg(x: Array, y: Array, z: Array) -> Array:
    return ellipsoid(x, y, z, (0.0, 0.0, 0.0), (0.68 - 0.16 * np.clip(y, -1.0, 1.0), 0.95, 0.7))


def _box(x: Array, y: Array, z: Array) -> Array:
    qx, qy, qz = np.abs(x) - 0.5, np.abs(y) - 0.62, np.abs(z) - 0.5
    outside = norm(np.maximum(qx, 0.0), np.maximum(qy, 0.0), np.maximum(qz, 0.0))
    return outside + np.minimum(np.maximum(np.maximum(qx, qy), qz), 0.0) - 0.1


def _can(x: Array, y: Array, z: Array) -> Array:
    return smooth_max(norm(x, z) - 0.6, np.abs(y) - 0.8, 0.12)


def _cone(x: Array, y: Array, z: Array) -> Array:
    side = 0.87 * norm(x, z) + 0.49 * (y - 0.95)
    return smooth_max(side, -0.7 - y, 0.12)


def _ring(x: Array, y: Array, z: Array) -> Array:
    return norm(norm(x, y) - 0.62, z) - 0.27


def _pill(x: Array, y: Array, z: Array) -> Array:
    return capsule(x, y, z, (0.0, -0.5, 0.0), (0.0, 0.5, 0.0), 0.45, 0.45)


def _mug(x: Array, y: Array, z: Array) -> Array:
    cup = smooth_max(norm(x, z) - 0.56, np.abs(y) - 0.66, 0.08)
    cup = smooth_max(cup, -smooth_max(norm(x, z) - 0.44, -0.5 - y, 0.06), 0.05)
    handle = norm(norm(x - 0.56, y) - 0.34, z) - 0.09
    return 0.8 * smooth_min(cup, smooth_max(handle, 0.5 - norm(x, z), 0.03), 0.06)


def _vase(x: Array, y: Array, z: Array) -> Array:
    belly = 0.44 + 0.2 * np.sin(3.1 * y - 0.6)
    return 0.8 * smooth_max(norm(x, z) - belly, np.abs(y) - 0.9, 0.1)


def _dumb_bell(x: Array, y: Array, z: Array) -> Array:
    ends = sphere(x, np.abs(y), z, (0.0, 0.58, 0.0), 0.4)
    return smooth_min(ends, smooth_max(norm(x, z) - 0.18, np.abs(y) - 0.6, 0.05), 0.1)


def _pebble(x: Array, y: Array, z: Array) -> Array:
    d = ellipsoid(x, y, z, (0.0, 0.0, 0.0), (0.85, 0.62, 0.72))
    d -= 0.12 * bump(x, y, z, (0.4, 0.4, 0.4), (0.5, 0.5, 0.5))
    d += 0.04 * np.sin(5.0 * x) * np.sin(4.0 * y + 1.0) * np.sin(5.0 * z)
    return d


def _gear(x: Array, y: Array, z: Array) -> Array:
    teeth = np.clip(2.5 * np.sin(9.0 * np.arctan2(y, x)), -1.0, 1.0)
    wheel = 0.7 * smooth_max(norm(x, y) - 0.78 - 0.08 * teeth, np.abs(z) - 0.24, 0.08)
    return smooth_max(wheel, 0.28 - norm(x, y), 0.06)


SHAPES: MappingProxyType[str, Callable[[Array, Array, Array], Array]] = MappingProxyType(
    {
        "ball": _ball,
        "egg": _egg,
        "box": _box,
        "can": _can,
        "cone": _cone,
        "ring": _ring,
        "pill": _pill,
        "mug": _mug,
        "vase": _vase,
        "dumb-bell": _dumb_bell,
        "pebble": _pebble,
        "gear": _gear,
    }
)
"""Distance fields by name; each fits into a ball of radius 1 about the origin."""


@dataclass(frozen=True)
class Thing:
    """Objects of one shape and pattern, one a ray."""

    shape: str
    pattern: str
    turn: Array
    """Rotation into the object's frame, (9, n), rows first."""
    size: Array
    """Half heads, (n,)."""
    first: Array
    """Linear RGB, (3, n)."""
    second: Array

    @property
    def field(self) -> Thing:
        """The shape."""
        return self

    def take(self, index: NDArray[np.integer]) -> Thing:
        """These objects, in this order."""
        names = ("turn", "size", "first", "second")
        return replace(self, **{k: getattr(self, k).take(index, axis=-1) for k in names})

    def distance(self, x: Array, y: Array, z: Array) -> Array:
        """Distance from each ray's point to the surface, (n,)."""
        return SHAPES[self.shape](*self._into(x, y, z)) * self.size

    def rough(self, x: Array, y: Array, z: Array) -> Array:
        """The same: there is no small detail."""
        return self.distance(x, y, z)

    def paint(self, x: Array, y: Array, z: Array, pixel: Array) -> tuple[Array, Surface]:
        """Distance to these points, (n,), and what the light meets there."""
        px, py, pz = self._into(x, y, z)
        d = SHAPES[self.shape](px, py, pz) * self.size
        albedo = self.first.copy()
        soft = 4.0 * pixel
        if self.pattern == "bands":
            mix(albedo, self.second, step(-soft, soft, np.sin(7.0 * py + 0.6)))
        elif self.pattern == "checks":
            check = np.full_like(x, 0.5)
            for p in (px, py, pz):
                check *= np.clip(np.sin(5.5 * p + 0.4) / soft, -1.0, 1.0)
            mix(albedo, self.second, check + 0.5)
        elif self.pattern == "patch":
            mix(albedo, self.second, step(-soft, soft, 2.0 * (py - 0.25 + 0.2 * px)))
        zero = np.zeros_like(x)
        return d, Surface(albedo, zero + 0.22, zero + 0.25, zero, zero)

    def _into(self, x: Array, y: Array, z: Array) -> tuple[Array, Array, Array]:
        turn, inverse = self.turn, 1.0 / self.size
        px = (turn[0] * x + turn[1] * y + turn[2] * z) * inverse
        py = (turn[3] * x + turn[4] * y + turn[5] * z) * inverse
        pz = (turn[6] * x + turn[7] * y + turn[8] * z) * inverse
        return px, py, pz


def things(table: Table) -> list[tuple[NDArray[np.intp], Thing]]:
    """The objects of a table in groups of one shape and pattern: rows of the table, objects."""
    groups = np.stack([table["shape"], table["pattern"]], axis=1)
    out = []
    for shape, pattern in np.unique(groups, axis=0):
        rows = np.flatnonzero((groups == [shape, pattern]).all(axis=1))
        part = {k: v[rows] for k, v in table.items()}
        out.append((rows, _things(list(SHAPES)[shape], PATTERNS[pattern], part)))
    return out


def _things(shape: str, pattern: str, table: Table) -> Thing:
    a, e = np.deg2rad(table["azimuth"]), np.deg2rad(table["elevation"])
    zero = np.zeros_like(a)
    turn = np.stack(
        [
            *(np.cos(a), zero, -np.sin(a)),
            *(-np.sin(e) * np.sin(a), np.cos(e), -np.sin(e) * np.cos(a)),
            *(np.cos(e) * np.sin(a), np.sin(e), np.cos(e) * np.cos(a)),
        ]
    )
    return Thing(
        shape,
        pattern,
        turn.astype(np.float32),
        np.asarray(table["size"], np.float32),
        colours.columns(colours.skin(table["skin_tone"])),
        colours.columns(colours.pick(colours.HAIR, table["hair_colour"])),
    )
