"""Signed-distance primitives: how far a point is from a shape, negative inside.

A shape is a function of points (x, y, z), each (n,) float32; lengths are in half heads, so that
a face spans about -1..1. Sizes are numbers or arrays (n,), one value a point. The distance to an
ellipsoid is a first-order estimate; the others are exact, or slightly too small where blended.
Distance fields: Hart (1996), "Sphere tracing"; smooth unions: Quilez (2013), "Smooth minimum".
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Array",
    "Number",
    "Table",
    "bump",
    "capsule",
    "ellipsoid",
    "mix",
    "norm",
    "smooth_max",
    "smooth_min",
    "sphere",
    "step",
]

Array: TypeAlias = NDArray[np.floating[Any]]
Number: TypeAlias = float | Array
Table: TypeAlias = dict[str, NDArray[Any]]
"""Values of factors by name, each (n,): one a picture."""
Point: TypeAlias = tuple[Number, Number, Number]


def _from(p: Array, c: Number) -> Array:
    return p if isinstance(c, float) and c == 0.0 else p - c


def norm(x: Array, y: Array, z: Array | None = None) -> Array:
    """The length of vectors, (n,)."""
    total = x * x
    total += y * y
    if z is not None:
        total += z * z
    return np.sqrt(total, out=total)


def sphere(x: Array, y: Array, z: Array, centre: Point, radius: Number) -> Array:
    """Distance to a sphere, (n,)."""
    d = norm(*(_from(p, c) for p, c in zip((x, y, z), centre, strict=True)))
    d -= radius
    return d


def ellipsoid(x: Array, y: Array, z: Array, centre: Point, radii: Point) -> Array:
    """Distance to an ellipsoid, to first order: the implicit function over its slope, (n,)."""
    value: Array = np.full_like(x, 1e-12)
    slope: Array = value.copy()
    for p, c, r in zip((x, y, z), centre, radii, strict=True):
        inverse = 1.0 / (r * r)
        q = np.square(_from(p, c))
        q *= inverse
        value += q
        q *= inverse
        slope += q
    root = np.sqrt(value)
    value -= root
    np.sqrt(slope, out=slope)
    value /= slope
    return value


def capsule(x: Array, y: Array, z: Array, a: Point, b: Point, ra: Number, rb: Number) -> Array:
    """Distance to the hull of a ball at `a` and a ball at `b`, (n,); radii may differ a little."""
    ab = [q - p for p, q in zip(a, b, strict=True)]
    scale = 1.0 / sum(q * q for q in ab)
    along = (x - a[0]) * (ab[0] * scale)
    along += (y - a[1]) * (ab[1] * scale)
    along += (z - a[2]) * (ab[2] * scale)
    np.clip(along, 0.0, 1.0, out=along)
    d = norm(
        x - a[0] - along * ab[0],
        y - a[1] - along * ab[1],
        z - a[2] - along * ab[2],
    )
    d -= ra + along * (rb - ra)
    return d


def smooth_min(a: Array, b: Array, k: float) -> Array:
    """The union of two distances, blended where they differ by less than k, (n,)."""
    h = np.subtract(a, b)
    np.abs(h, out=h)
    np.subtract(k, h, out=h)
    np.maximum(h, 0.0, out=h)
    h *= h
    h *= 0.25 / k
    return np.subtract(np.minimum(a, b), h, out=h)


def smooth_max(a: Array, b: Array, k: float) -> Array:
    """The intersection of two distances, blended where they differ by less than k, (n,)."""
    h = np.subtract(a, b)
    np.abs(h, out=h)
    np.subtract(k, h, out=h)
    np.maximum(h, 0.0, out=h)
    h *= h
    h *= 0.25 / k
    h += np.maximum(a, b)
    return h


def bump(x: Array, y: Array, z: Array, centre: Point, radii: Point) -> Array:
    """A soft hill: 1 at the centre, 0 outside the ellipsoid with these radii, (n,)."""
    h: Array = np.ones_like(x)
    for p, c, r in zip((x, y, z), centre, radii, strict=True):
        q = np.square(_from(p, c))
        q *= 1.0 / (r * r)
        h -= q
    np.maximum(h, 0.0, out=h)
    h *= h
    return h


def step(low: Number, high: Number, value: Array) -> Array:
    """Rises smoothly from 0 at `low` to 1 at `high`, (n,); falls where high < low."""
    t = (value - low) / (high - low)
    np.clip(t, 0.0, 1.0, out=t)
    return t * t * (3.0 - 2.0 * t)


def mix(a: Array, b: Array, weight: Array) -> None:
    """Move `a` towards `b` by this weight, in place: a (3, n), b (3, n) or (3, 1), weight (n,)."""
    a += (b - a) * weight
