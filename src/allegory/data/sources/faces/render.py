"""Pictures of a table: rays to pixels, in chunks of pictures, over threads."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np

from allegory.data.sources.faces import colours
from allegory.data.sources.faces.objects import things
from allegory.data.sources.faces.portrait import portraits
from allegory.data.sources.faces.shade import Surface, encode, light_surface, wall
from allegory.data.sources.faces.trace import EYE, VIEW, Field, approach, march, normals, rays

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from allegory.data.sources.faces.factors import Kind
    from allegory.data.sources.faces.field import Array, Table

__all__ = ["render"]

TILE = 4
CHUNK = 1 << 17
"""Pixels rendered together: arrays so long that threads seldom wait for the interpreter, and so
short that they stay near the processor."""
HALF = np.float32(0.5)


class Scene(Protocol):
    """What is drawn: a shape with its colours, one a ray."""

    @property
    def field(self) -> Field:
        """The shape."""
        ...

    def take(self, index: NDArray[np.integer]) -> Self:
        """The scenes of these rays."""
        ...

    def paint(self, x: Array, y: Array, z: Array, pixel: Array) -> tuple[Array, Surface]:
        """Distance to these points, (n,), and what the light meets there."""
        ...


@dataclass(frozen=True)
class Stage:
    """Light and wall, one a ray."""

    light: Array
    """Unit direction towards the key light, (3, n)."""
    wall: Array
    """Linear RGB, (3, n)."""


def render(
    table: Table,
    *,
    height: int = 64,
    width: int = 64,
    kind: Kind = "faces",
    threads: int | None = None,
) -> NDArray[np.uint8]:
    """Pictures of the rows of a factor table, uint8 (n, height, width, 3) in sRGB.

    A picture depends on its row and size alone: not on the other rows, nor on the threads.

    Args:
        table: As `draw` makes it, (n,) each.
        height: Rows of pixels.
        width: Columns of pixels; the shorter side spans about 1.3 heads.
        kind: Whether the table is of faces or of objects.
        threads: How many to use; all cores if None.
    """
    count = len(next(iter(table.values())))
    out = np.empty((count, height, width, 3), np.uint8)
    stage = _stage(table)
    a_chunk = max(1, CHUNK // (height * width))
    jobs = [
        (rows[i : i + a_chunk], scene.take(np.arange(i, min(i + a_chunk, len(rows)))))
        for rows, scene in _scenes(kind, table)
        for i in range(0, len(rows), a_chunk)
    ]

    def work(job: tuple[NDArray[np.intp], Scene]) -> None:
        rows, scene = job
        here = Stage(stage.light[:, rows], stage.wall[:, rows])
        out[rows] = _Pictures(scene, here, len(rows), height, width).pixels()

    if threads == 1 or len(jobs) == 1:
        for job in jobs:
            work(job)
    else:
        with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
            list(pool.map(work, jobs))
    return out


def _scenes(kind: Kind, table: Table) -> Sequence[tuple[NDArray[np.intp], Scene]]:
    return portraits(table) if kind == "faces" else things(table)


def _stage(table: Table) -> Stage:
    azimuth, elevation = np.deg2rad(table["light_azimuth"]), np.deg2rad(table["light_elevation"])
    light = np.stack(
        [
            np.sin(azimuth) * np.cos(elevation),
            np.sin(elevation),
            np.cos(azimuth) * np.cos(elevation),
        ]
    )
    paint = colours.hue(table["background"], table["background_lightness"], 24.0)
    return Stage(light.astype(np.float32), np.ascontiguousarray(paint.T, np.float32))


@dataclass(frozen=True)
class _Pictures:
    """Some pictures in the making."""

    scene: Scene
    stage: Stage
    count: int
    height: int
    width: int

    @property
    def pixel(self) -> float:
        """Side of a pixel for a length of 1 along the ray."""
        return VIEW / min(self.height, self.width) / EYE

    def pixels(self) -> NDArray[np.uint8]:
        """The pictures, (count, height, width, 3)."""
        which, row, column, start = self._near_rays()
        direction = rays(column + HALF, row + HALF, self.height, self.width)
        met = march(self.scene.field.take(which), direction, start, pixel=self.pixel)
        image = self._wall()
        flat = (which * self.height + row) * self.width + column
        hit = np.flatnonzero(met.hit)
        image[:, flat[hit]] = self._colour(which[hit], direction, hit, met.way[hit])
        edge = np.flatnonzero(met.cover > 0.02)
        colour = self._colour(which[edge], direction, edge, met.graze[edge])
        behind = image[:, flat[edge]]
        image[:, flat[edge]] = behind + (colour - behind) * met.cover[edge]
        return encode(image).T.reshape(self.count, self.height, self.width, 3)

    def _near_rays(self) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp], Array]:
        """Rays that may meet something: picture, row, column, and how far they may skip.

        A cone about each tile of pixels goes first: most of the wall ends there, and the other
        rays start near the surface.
        """
        high, wide = -(-self.height // TILE), -(-self.width // TILE)
        tiles = np.indices((self.count, high, wide)).reshape(3, -1)
        which, row, column = tiles[0], tiles[1] * TILE, tiles[2] * TILE
        middle = np.float32(TILE / 2)
        direction = rays(column + middle, row + middle, self.height, self.width)
        # half the diagonal of a tile, and a pixel for the edges that rays may graze
        cone = self.pixel * (TILE * 0.71 + 1.0)
        start, near = approach(self.scene.field.take(which), direction, cone=cone)
        tile = np.flatnonzero(near)[:, None]
        down, across = np.indices((TILE, TILE)).reshape(2, 1, -1)
        row, column = row[tile] + down, column[tile] + across
        inside = (row < self.height) & (column < self.width)
        ray_tile = np.broadcast_to(tile, row.shape)[inside]
        return which[ray_tile], row[inside], column[inside], start[ray_tile]

    def _colour(
        self,
        which: NDArray[np.intp],
        direction: tuple[Array, Array, Array],
        index: NDArray[np.intp],
        way: Array,
    ) -> Array:
        """The colours of these rays at these distances, linear RGB, (3, m)."""
        scene = self.scene.take(which)
        vx, vy, vz = (d[index] for d in direction)
        x, y, z = vx * way, vy * way, vz * way + np.float32(EYE)
        pixel = way * np.float32(self.pixel)
        d, surface = scene.paint(x, y, z, pixel)
        h = np.float32(0.4) * pixel + np.float32(0.003)
        nx, ny, nz = normals(scene.field, x, y, z, d, h)
        light = self.stage.light.take(which, axis=1)
        point = x - nx * d, y - ny * d, z - nz * d
        return light_surface(scene.field, surface, point, (nx, ny, nz), (vx, vy, vz), light)

    def _wall(self) -> Array:
        """The pictures with nothing in front of the wall, linear RGB, (3, pixels)."""
        scale = 2.0 / min(self.height, self.width)
        x = (np.arange(self.width) + 0.5 - self.width / 2) * scale
        y = (self.height / 2 - 0.5 - np.arange(self.height)) * scale
        colour, light = self.stage.wall[:, :, None, None], self.stage.light[:, :, None, None]
        x, y = x.astype(np.float32), y.astype(np.float32)[:, None]
        return wall(colour, x, y, light).reshape(3, -1)
