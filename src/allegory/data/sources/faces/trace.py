"""Sphere tracing: the camera, and marching rays and cones to a surface (Hart 1996)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from allegory.data.sources.faces.field import Array

__all__ = ["EYE", "VIEW", "Field", "Meeting", "approach", "march", "normals", "rays"]

EYE = 7.0
"""Distance of the camera from the middle of the head, in half heads."""
VIEW = 2.6
"""What the shorter side of a picture spans in the plane of the head, in half heads."""
CENTRE = -0.02
"""Height of the picture's middle, in half heads: the eyes are a little above it."""
NEAR, FAR = np.float32(EYE - 1.7), np.float32(EYE + 1.5)
"""Rays start and end at these distances from the camera."""
ROUGH = np.float32(0.07)
"""How much nearer a surface may be than its rough distance says."""
CAREFUL = np.float32(0.9)
"""Stretched shapes are up to this much nearer than their distance says."""
HIT = np.float32(0.25)
"""A ray has met the surface when it is nearer than this share of a pixel."""


class Field(Protocol):
    """All that the tracer knows of a shape: a distance field a ray."""

    def take(self, index: NDArray[np.integer]) -> Self:
        """The fields of these rays."""
        ...

    def distance(self, x: Array, y: Array, z: Array) -> Array:
        """Distance from each ray's point to the surface, (n,)."""
        ...

    def rough(self, x: Array, y: Array, z: Array) -> Array:
        """The same within ROUGH and without small detail, at a fraction of the cost, (n,)."""
        ...


@dataclass(frozen=True)
class Meeting:
    """Where rays meet a surface, and where they pass it by so closely that it tints them."""

    way: Array
    """How far each ray went, (n,)."""
    hit: NDArray[np.bool_]
    """Whether it met the surface, (n,)."""
    graze: Array
    """How far along it was when it passed an edge, (n,)."""
    cover: Array
    """How much of its pixel that edge covers, 0..1, (n,)."""


def rays(
    column: NDArray[np.floating], row: NDArray[np.floating], height: int, width: int
) -> tuple[Array, Array, Array]:
    """Unit directions of the rays through these places, (n,) each; a pixel's middle is at .5."""
    column, row = column.astype(np.float32), row.astype(np.float32)
    pixel = np.float32(VIEW / min(height, width))
    x = (column - np.float32(width / 2)) * pixel
    y = (np.float32(height / 2) - row) * pixel + np.float32(CENTRE)
    inverse = 1.0 / np.sqrt(x * x + y * y + np.float32(EYE * EYE))
    return x * inverse, y * inverse, np.float32(-EYE) * inverse


def approach(
    field: Field, direction: tuple[Array, Array, Array], *, cone: float, steps: int = 24
) -> tuple[Array, NDArray[np.bool_]]:
    """Walk along the middles of cones until they may touch the surface ("cone marching").

    Args:
        field: One a cone.
        direction: Unit directions, (n,) each.
        cone: Radius of a cone for a length of 1.
        steps: How many at most.

    Returns:
        How far the cone is surely empty, (n,), and whether it may meet anything at all, (n,).
    """
    way = np.full(direction[0].shape, NEAR, np.float32)
    alive = np.arange(len(way))
    empty = np.zeros(way.shape, bool)
    dx, dy, dz = direction
    for _ in range(steps):
        t = way[alive]
        d = field.rough(dx * t, dy * t, dz * t + np.float32(EYE)) * CAREFUL - ROUGH
        far = t + d > FAR
        empty[alive[far]] = True
        going = np.flatnonzero(~far & (d > cone * t))
        if len(going) == 0:
            break
        alive, dx, dy, dz = alive[going], dx[going], dy[going], dz[going]
        way[alive] = t[going] + d[going]
        field = field.take(going)
    return way * np.float32(1.0 - cone), ~empty


def march(
    field: Field,
    direction: tuple[Array, Array, Array],
    start: Array,
    *,
    pixel: float,
    steps: int = 40,
) -> Meeting:
    """Walk along each ray to the surface.

    One ray a pixel gives smooth outlines: a ray that passes an edge within a pixel is remembered
    with the share of the pixel that the edge covers, and the surface lies half a pixel deeper, so
    that a ray that runs along it finds its pixel half covered. Steps grow where the surface falls
    away slowly, by the slope of the distance so far.

    Args:
        field: One a ray.
        direction: Unit directions, (n,) each.
        start: Where to begin, (n,).
        pixel: Side of a pixel for a length of 1.
        steps: How many at most.
    """
    n = len(start)
    out = Meeting(
        start.copy(), np.zeros(n, bool), np.zeros(n, np.float32), np.zeros(n, np.float32)
    )
    alive = np.arange(n)
    dx, dy, dz = direction
    t = start
    before, stride = np.full_like(start, np.inf), np.ones_like(start)
    for _ in range(steps):
        size = t * np.float32(pixel)
        d = field.distance(dx * t, dy * t, dz * t + np.float32(EYE))
        d += np.float32(0.5) * size
        _remember_grazes(out, alive, t - stride, before, d, size)
        near = np.abs(d) < HIT * size
        out.hit[alive[near]] = True
        slope = (before - d) / stride
        step = d / np.clip(slope, 0.75, 1.0)
        # where a ray runs along a surface its steps would shrink to nothing
        along = (slope < 0.5) & (d > 0.0)
        step = np.where(along, np.maximum(step, size), step)
        out.way[alive] = t
        going = np.flatnonzero(~near & (t + step < FAR))
        if len(going) == 0:
            break
        alive, dx, dy, dz = alive[going], dx[going], dy[going], dz[going]
        before, stride = d[going], step[going]
        t = t[going] + stride
        field = field.take(going)
    else:
        # rays that graze run out of steps a little before the surface
        out.hit[alive] = before < pixel * t
    return out


def _remember_grazes(
    out: Meeting, alive: NDArray[np.intp], t: Array, before: Array, d: Array, size: Array
) -> None:
    """Note, in place, the rays that were within a pixel of the surface and now move away."""
    passed = np.flatnonzero((before > 0.0) & (before < size) & (d > before))
    cover = np.float32(1.0 + HIT) - before[passed] / size[passed]
    rays = alive[passed]
    more = cover > out.cover[rays]
    out.cover[rays[more]] = np.minimum(cover[more], 1.0)
    out.graze[rays[more]] = t[passed[more]]


def normals(
    field: Field, x: Array, y: Array, z: Array, d: Array, h: Array
) -> tuple[Array, Array, Array]:
    """Unit normals at these points, (n,) each, from forward differences over h.

    Args:
        field: One a point.
        x: Points, (n,) each.
        y: See x.
        z: See x.
        d: Their distances, (n,).
        h: Lengths of the differences, (n,).
    """
    nx = field.distance(x + h, y, z) - d
    ny = field.distance(x, y + h, z) - d
    nz = field.distance(x, y, z + h) - d
    inverse = 1.0 / np.sqrt(nx * nx + ny * ny + nz * nz + np.float32(1e-12))
    return nx * inverse, ny * inverse, nz * inverse
