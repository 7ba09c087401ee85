"""Pictures of a table: rays to pixels, in chunks of pictures, over threads."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from allegory.data.sources.faces import colours
from allegory.data.sources.faces.factors import Kind, Table
from allegory.data.sources.faces.field import Array
from allegory.data.sources.faces.portrait import portraits
from allegory.data.sources.faces.shade import Surface, encode, light_surface, wall
from allegory.data.sources.faces.trace import EYE, NEAR, VIEW, Scene, march, normals, rays

__all__ = ["render"]

TILE = 4
CHUNK = 1 << 16
"""Pixels rendered together: the arrays of a chunk stay in the processor's cache."""
CORNERS = ((0.375, 0.125), (0.875, 0.375), (0.125, 0.625), (0.625, 0.875))
"""Where in a pixel the four rays of an edge go: a rotated grid."""


class Painted(Scene, Protocol):
    """A scene that knows its colours."""

    def paint(self, x: Array, y: Array, z: Array, pixel: Array) -> Surface:
        """What the light meets at these points."""
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
        for rows, scene in portraits(table).values()
        for i in range(0, len(rows), a_chunk)
    ]

    def work(job: tuple[NDArray[np.int64], Painted]) -> None:
        rows, scene = job
        here = Stage(stage.light[:, rows], stage.wall[:, rows])
        out[rows] = _Pictures(scene, here, len(rows), height, width).pixels()

    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        list(pool.map(work, jobs))
    return out


def _stage(table: Table) -> Stage:
    azimuth, elevation = np.deg2rad(table["light_azimuth"]), np.deg2rad(table["light_elevation"])
    light = np.stack(
        [np.sin(azimuth) * np.cos(elevation), np.sin(elevation), np.cos(azimuth) * np.cos(elevation)]
    )
    paint = colours.hue(table["background"], table["background_lightness"], 24.0)
    return Stage(light.astype(np.float32), np.ascontiguousarray(paint.T, np.float32))


@dataclass(frozen=True)
class _Pictures:
    """Some pictures in the making."""

    scene: Painted
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
        shape = (self.count, self.height, self.width)
        which, row, column, start = self._near_rays()
        flat = (which * self.height + row) * self.width + column
        depth = np.full(shape, np.inf, np.float32)
        every = np.arange(np.prod(shape))
        at = np.unravel_index(every, shape)
        image = self._wall(at[0], at[1] + np.float32(0.5), at[2] + np.float32(0.5))
        colour, t, hit = self._trace(which, row + np.float32(0.5), column + np.float32(0.5), start)
        image[:, flat[hit]] = colour
        depth.reshape(-1)[flat[hit]] = t
        self._smooth_edges(image, depth)
        return encode(image).T.reshape(*shape, 3)

    def _near_rays(
        self,
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], Array]:
        """Rays that may meet something: picture, row, column, and how far they may skip.

        A cone about each tile of pixels is marched first: most of the wall ends there, and the
        other rays start near the surface.
        """
        high, wide = -(-self.height // TILE), -(-self.width // TILE)
        which, row, column = (
            i.reshape(-1) for i in np.indices((self.count, high, wide), dtype=np.int64)
        )
        middle = [(i * TILE + np.float32(TILE / 2)).astype(np.float32) for i in (column, row)]
        direction = rays(*middle, self.height, self.width)
        cone = self.pixel * TILE * 0.75
        t = np.full(len(which), NEAR, np.float32)
        t, hit = march(self.scene.take(which), direction, t, cone=cone, steps=24)
        tiles = np.flatnonzero(hit)
        in_tile = np.arange(TILE)
        r = (row[tiles, None, None] * TILE + in_tile[:, None]) + 0 * in_tile
        c = (column[tiles, None, None] * TILE + in_tile) + 0 * in_tile[:, None]
        start = np.broadcast_to((t[tiles] * (1.0 - 1.2 * cone))[:, None, None], r.shape)
        keep = (r < self.height) & (c < self.width)
        return np.broadcast_to(which[tiles, None, None], r.shape)[keep], r[keep], c[keep], start[keep]

    def _trace(
        self, which: NDArray[np.int64], row: Array, column: Array, start: Array
    ) -> tuple[Array, Array, NDArray[np.int64]]:
        """Colours (3, m) and ways (m,) of the rays that meet something, and which do, (m,)."""
        direction = rays(column.astype(np.float32), row.astype(np.float32), self.height, self.width)
        cone = self.pixel * 0.3
        t, met = march(self.scene.take(which), direction, start, cone=cone, steps=24)
        hit = np.flatnonzero(met)
        scene, t = self.scene.take(which[hit]), t[hit]
        view = tuple(d[hit] for d in direction)
        x, y, z = view[0] * t, view[1] * t, view[2] * t + np.float32(EYE)
        pixel = t * np.float32(self.pixel)
        normal = normals(scene, x, y, z, 0.35 * pixel + np.float32(0.002))
        surface = scene.paint(x, y, z, pixel)
        light = self.stage.light[:, which[hit]]
        return light_surface(scene, surface, (x, y, z), normal, view, light), t, hit

    def _wall(self, which: NDArray[np.int64], row: Array, column: Array) -> Array:
        scale = np.float32(2.0 / min(self.height, self.width))
        x = (column - np.float32(self.width / 2)) * scale
        y = (np.float32(self.height / 2) - row) * scale
        return wall(
            self.stage.wall[:, which],
            x.astype(np.float32),
            y.astype(np.float32),
            self.stage.light[:, which],
        )

    def _smooth_edges(self, image: Array, depth: Array) -> None:
        """Trace four rays for each pixel on an outline, in place: depth jumps to a neighbour."""
        near = _neighbours(depth, np.minimum)
        which, row, column = np.nonzero(_neighbours(depth, np.maximum) > near + np.float32(0.12))
        if len(which) == 0:
            return
        flat = (which * self.height + row) * self.width + column
        start = np.tile(near[which, row, column] - np.float32(0.15), 4)
        rows = np.concatenate([row + np.float32(dy) for _, dy in CORNERS])
        columns = np.concatenate([column + np.float32(dx) for dx, _ in CORNERS])
        four = np.tile(which, 4)
        colour = self._wall(four, rows, columns)
        met, _, hit = self._trace(four, rows, columns, start)
        colour[:, hit] = met
        image[:, flat] = colour.reshape(3, 4, -1).sum(axis=1) * np.float32(0.25)


def _neighbours(depth: Array, best: np.ufunc) -> Array:
    """The extreme of each pixel's depth and its four neighbours', (n, height, width)."""
    out = depth.copy()
    for axis in (1, 2):
        low, high = np.moveaxis(out, axis, 0), np.moveaxis(depth, axis, 0)
        best(low[1:], high[:-1], out=low[1:])
        best(low[:-1], high[1:], out=low[:-1])
    return out
