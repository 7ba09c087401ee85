"""People: heads with their colours, painted on the shape where geometry would not pay."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from allegory.data.sources.faces import colours
from allegory.data.sources.faces.field import Array, mix, norm, step
from allegory.data.sources.faces.hair import STYLES, strand
from allegory.data.sources.faces.head import Head, Parts, Wears
from allegory.data.sources.faces.shade import Surface

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from allegory.data.sources.faces.field import Table

__all__ = ["Portrait", "portraits"]

MOUTH, TEETH, WHITE, PUPIL = (
    np.array(rgb, np.float32)[:, None]
    for rgb in ((0.09, 0.02, 0.02), (0.72, 0.68, 0.6), (0.78, 0.76, 0.74), (0.006, 0.005, 0.005))
)
"""Linear RGB inside mouths and eyes, (3, 1)."""


@dataclass(frozen=True)
class Portrait:
    """Heads and their colours, one a ray; colours are linear RGB, (3, n)."""

    head: Head
    skin: Array
    lips: Array
    hair: Array
    eyes: Array
    cloth: Array
    gaze_x: Array
    """Where the iris is from the middle of the eye, in half heads, (n,)."""
    gaze_y: Array

    def take(self, index: NDArray[np.integer]) -> Portrait:
        """These people, in this order."""
        arrays = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "head"}
        taken = {k: v.take(index, axis=-1) for k, v in arrays.items()}
        return replace(self, head=self.head.take(index), **taken)

    @property
    def field(self) -> Head:
        """The shape."""
        return self.head

    def paint(self, x: Array, y: Array, z: Array, pixel: Array) -> tuple[Array, Surface]:
        """Distance to these points, (n,), and what the light meets there.

        Args:
            x: Points in the picture's frame, (n,) each.
            y: See x.
            z: See x.
            pixel: Over what length edges are softened, (n,).
        """
        parts = self.head.parts(x, y, z)
        wears = self.head.wears
        surface = self._skin(parts, pixel)
        nearest = parts.skin
        if wears.style or wears.beard:
            _cover(surface, nearest - parts.hair, pixel, *self._hair(parts, pixel), 0.0, 1.0)
            nearest = np.minimum(nearest, parts.hair)
        _cover(surface, nearest - parts.cloth, pixel, self.cloth, 0.04, 0.0, 0.0)
        if wears.hat:
            nearest = np.minimum(nearest, parts.cloth)
            _cover(surface, nearest - parts.hat, pixel, self.cloth * 0.8, 0.02, 0.0, 0.0)
        if wears.glasses or wears.sunglasses:
            black = np.full_like(self.cloth, 0.02)
            worn = np.minimum(parts.frame, parts.lens)
            _cover(surface, nearest - worn, pixel, black, 0.35, 0.0, 0.0)
        return self.head.union(parts), surface

    def _skin(self, parts: Parts, pixel: Array) -> Surface:
        x, y, z = parts.x, parts.y, parts.z
        ax = np.abs(x)
        front = step(0.2, 0.35, z)
        albedo = self.skin.copy()
        # blood is near the surface in cheeks, nose and ears
        flush = 0.35 * step(0.3, 0.0, norm(ax - 0.4, (y + 0.24) * 1.2)) * front
        flush += 0.3 * step(0.16, 0.0, norm(ax, y + 0.28)) * front + 0.3 * step(0.7, 0.8, ax)
        albedo[0] *= 1.0 + 0.10 * flush
        albedo[1] *= 1.0 - 0.22 * flush
        albedo[2] *= 1.0 - 0.22 * flush
        nostril = norm((ax - 0.062) * 1.0, (y + 0.375) * 1.7) - 0.036
        mix(albedo, self.skin * 0.2, 0.8 * step(0.02, -0.02, nostril) * front)
        gloss = np.full_like(x, 0.13)
        self._paint_lips(albedo, gloss, ax, y, pixel, front)
        glint = np.zeros_like(x)
        wet = self._paint_eyes(albedo, glint, x, y, pixel, front)
        self._paint_brows(albedo, ax, y, pixel, front)
        gloss += 0.1 * wet
        return Surface(albedo, gloss, 1.0 - wet, np.zeros_like(x), glint)

    def _paint_lips(
        self, albedo: Array, gloss: Array, ax: Array, y: Array, pixel: Array, front: Array
    ) -> None:
        along, above, gape = self.head.mouth_frame(ax, y)
        taper = np.clip(1.08 - along * along, 0.0, 1.0)
        dip = 0.012 * step(0.3, 0.0, along)
        upper = (0.062 - dip) * taper + gape - above
        lower = 0.082 * np.sqrt(taper) * taper + gape + above
        edge = np.minimum(upper, lower) + 0.4 * np.minimum(1.04 - along * along, 0.0)
        cover = step(-0.9 * pixel - 0.008, 0.9 * pixel + 0.008, edge) * front
        mix(albedo, self.lips, cover * 0.9)
        gloss += 0.2 * cover
        inside = step(-0.9 * pixel, 0.9 * pixel, gape - np.abs(above)) * front * (gape > 0.004)
        teeth = step(-0.9 * pixel, 0.9 * pixel, above - 0.9 * gape + 0.075)
        teeth *= step(1.0, 0.75, along)
        mix(albedo, MOUTH + (TEETH - MOUTH) * teeth, inside)
        seam = step(0.9 * pixel + 0.012, 0.0, np.abs(above)) * step(1.12, 0.95, along) * front
        mix(albedo, self.lips * 0.22, seam * step(0.03, 0.0, gape) * 0.8)

    def _paint_eyes(
        self, albedo: Array, glint: Array, x: Array, y: Array, pixel: Array, front: Array
    ) -> Array:
        """Paints lids, white, iris, pupil and catch light; how far each point is eye, (n,)."""
        u, side = np.abs(x) - 0.285, np.sign(x)
        v = y - 0.1 * u
        squint = np.maximum(self.head.smile, 0.0)
        across = 1.0 - np.square(u * (1 / 0.164))
        upper, lower = (0.094 - 0.014 * squint) * across, -(0.066 - 0.032 * squint) * across
        opening = np.minimum(upper - v, v - lower)
        eye = step(-0.9 * pixel, 0.9 * pixel, opening) * front
        crease = step(0.05, 0.0, np.abs(v - upper - 0.055)) * step(-0.6, 0.2, across) * front
        mix(albedo, self.skin * 0.55, crease * 0.45 * (1.0 - eye))
        iris_x, iris_y = u - side * self.gaze_x, v - self.gaze_y - 0.012
        r = norm(iris_x, iris_y)
        shade = 0.45 + 0.55 * step(0.0, 0.05, upper - v)
        mix(albedo, WHITE * shade, eye)
        iris = step(0.9 * pixel, -0.9 * pixel, r - 0.089) * eye
        ring = 1.25 - 0.85 * step(0.05, 0.092, r) - 0.35 * step(-0.02, 0.05, iris_y)
        mix(albedo, self.eyes * ring, iris)
        pupil = step(0.9 * pixel, -0.9 * pixel, r - 0.041) * eye
        mix(albedo, PUPIL, pupil)
        lash = step(1.0 * pixel + 0.016, 0.0, np.abs(v - upper - 0.006))
        lash *= step(-0.25, 0.05, across) * front
        mix(albedo, self.hair * 0.12 + 0.006, lash * 0.92)
        under = step(0.7 * pixel + 0.012, 0.0, np.abs(v - lower)) * step(-0.1, 0.3, across) * front
        mix(albedo, self.skin * 0.4, under * 0.6)
        catch = norm(iris_x + side * -0.026, iris_y - 0.03) - 0.017
        glint += 0.9 * np.minimum(0.03 / pixel, 1.0) * eye * step(0.9 * pixel, -0.9 * pixel, catch)
        return eye

    def _paint_brows(self, albedo: Array, ax: Array, y: Array, pixel: Array, front: Array) -> None:
        u = (ax - 0.3) * (1 / 0.2)
        lift = 0.02 * np.abs(self.head.smile) + 0.03 * self.head.mouth
        middle = 0.232 + lift - 0.045 * u * u - 0.004 * u
        thick = 0.034 - 0.012 * u
        end = 1.0 - np.abs(u)
        edge = np.minimum(thick - np.abs(y - middle), 0.15 * end)
        brow = step(-0.5 * pixel, 0.5 * pixel + 0.02, edge) * front
        mix(albedo, self.hair * 0.7, brow * 0.85)

    def _hair(self, parts: Parts, pixel: Array) -> tuple[Array, Array]:
        """Colour, (3, n), and gloss, (n,), of the strands, which fall away from the crown."""
        style = self.head.wears.style
        dull = self.head.wears.beard or (style is not None and style.curls > 0.0)
        angle = strand(parts.x, parts.y, parts.z)
        lock = np.sin(23.0 * angle)
        fine = np.sin(67.0 * angle + 3.0 * np.sin(9.0 * angle))
        finer = np.sin(151.0 * angle)
        # strands thinner than a pixel would only flicker
        tint = 1.0 - 0.14 * lock * step(0.09, 0.03, pixel)
        tint += 0.09 * fine * step(0.04, 0.02, pixel) + 0.05 * finer * step(0.02, 0.01, pixel)
        return self.hair * tint, np.full_like(angle, 0.06 if dull else 0.17)


def _cover(
    surface: Surface,
    depth: Array,
    pixel: Array,
    albedo: Array,
    gloss: Array | float,
    glow: float,
    strand: float,
) -> None:
    """Put another material on the surface, in place, where it is in front by `depth`, (n,)."""
    weight = step(-0.6 * pixel, 0.6 * pixel, depth)
    mix(surface.albedo, albedo, weight)
    for here, there in (
        (surface.gloss, gloss),
        (surface.glow, glow),
        (surface.strand, strand),
        (surface.glint, 0.0),
    ):
        here += (there - here) * weight


def portraits(table: Table) -> list[tuple[NDArray[np.intp], Portrait]]:
    """The people of a table in groups that wear the same: rows of the table, and people."""
    styles = [list(STYLES.values())[i] for i in table["hair_style"].tolist()]
    names = ("glasses", "sunglasses", "hat", "beard")
    worn = zip(*(table[name].astype(bool).tolist() for name in names), strict=True)
    groups: dict[Wears, list[int]] = {}
    for row, (style, flags) in enumerate(zip(styles, worn, strict=True)):
        groups.setdefault(Wears(style, *flags), []).append(row)
    return [
        (np.array(rows), _people(wears, {k: v[rows] for k, v in table.items()}))
        for wears, rows in groups.items()
    ]


def _people(wears: Wears, table: Table) -> Portrait:
    single = {k: np.asarray(v, np.float32) for k, v in table.items()}
    azimuth, elevation = np.deg2rad(single["azimuth"]), np.deg2rad(single["elevation"])
    head = Head(
        wears,
        np.cos(azimuth),
        np.sin(azimuth),
        np.cos(elevation),
        np.sin(elevation),
        single["smile"],
        single["mouth_open"],
        2.0 * single["face_shape"] - 1.0,
    )
    skin = colours.skin(table["skin_tone"])
    # lips take the skin's colour and more of its blood
    lips = skin * [0.80, 0.36, 0.38] + [0.03, 0.0, 0.006]
    return Portrait(
        head,
        colours.columns(skin),
        colours.columns(lips),
        colours.columns(colours.pick(colours.HAIR, table["hair_colour"])),
        colours.columns(colours.pick(colours.EYES, table["eye_colour"])),
        colours.columns(colours.hue(table["clothes"], 42.0, 30.0)),
        # people who turn away still look a little towards the camera
        np.float32(-0.045) * np.sin(azimuth),
        np.float32(-0.06) * np.sin(elevation),
    )
