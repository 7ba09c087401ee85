"""Sphere tracing: the camera, and marching rays and cones to a surface (Hart 1996)."""

from __future__ import annotations

from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from allegory.data.sources.faces.field import Array

__all__ = ["FAR", "NEAR", "Scene", "march", "normals", "rays"]

EYE = 7.0
"""Distance of the camera from the middle of the head, in half heads."""
VIEW = 2.6
"""What the shorter side of a picture spans in the plane of the head, in half heads."""
NEAR, FAR = np.float32(EYE - 1.7), np.float32(EYE + 1.5)
"""Rays start and end at these distances from the camera."""


class Scene(Protocol):
    """All that the tracer knows of what it draws: one field a ray."""

    def take(self, index: NDArray[np.integer]) -> Self:
        """The fields of these rays."""
        ...

    def distance(self, x: Array, y: Array, z: Array) -> Array:
        """Distance from each ray's point to the surface, (n,)."""
        ...


def rays(column: Array, row: Array, height: int, width: int) -> tuple[Array, Array, Array]:
    """Unit directions of the rays through these places, (n,) each; a pixel's middle is at .5."""
    pixel = np.float32(VIEW / min(height, width))
    x = (column - np.float32(width / 2)) * pixel
    y = (np.float32(height / 2) - row) * pixel
    inverse = 1.0 / np.sqrt(x * x + y * y + np.float32(EYE * EYE))
    return x * inverse, y * inverse, np.float32(-EYE) * inverse


def march(
    scene: Scene,
    direction: tuple[Array, Array, Array],
    t: Array,
    *,
    cone: float,
    steps: int,
) -> tuple[Array, NDArray[np.bool_]]:
    """Walk along each ray until the surface is nearer than `cone` times the way walked.

    Returns:
        The way walked, (n,), and which rays met the surface, (n,).
    """
    t = t.copy()
    hit = np.zeros(t.shape, bool)
    alive = np.arange(len(t))
    dx, dy, dz = direction
    here, way = scene, t
    for _ in range(steps):
        d = here.distance(dx * way, dy * way, dz * way + np.float32(EYE))
        near = d < cone * way
        way = np.where(near, way, way + d)
        t[alive] = way
        hit[alive[near]] = True
        going = np.flatnonzero(~near & (way < FAR))
        if len(going) == 0:
            break
        alive, way = alive[going], way[going]
        dx, dy, dz = dx[going], dy[going], dz[going]
        here = here.take(going)
    else:
        # rays that graze the surface run out of steps just before it
        hit[alive[d[going] < 6 * cone * way]] = True
    return t, hit


def normals(scene: Scene, x: Array, y: Array, z: Array, h: Array) -> tuple[Array, Array, Array]:
    """Unit normals at these points, (n,) each, from differences over h to a tetrahedron."""
    a = scene.distance(x + h, y - h, z - h)
    b = scene.distance(x - h, y - h, z + h)
    c = scene.distance(x - h, y + h, z - h)
    d = scene.distance(x + h, y + h, z + h)
    nx, ny, nz = a - b - c + d, c + d - a - b, b + d - a - c
    inverse = 1.0 / np.sqrt(nx * nx + ny * ny + nz * nz + np.float32(1e-12))
    return nx * inverse, ny * inverse, nz * inverse
