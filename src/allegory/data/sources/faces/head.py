"""The head: its shape as a distance field, turned and stretched to a person's factors."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from allegory.data.sources.faces import wear
from allegory.data.sources.faces.field import (
    Array,
    bump,
    capsule,
    ellipsoid,
    norm,
    smooth_max,
    smooth_min,
    sphere,
    step,
)
from allegory.data.sources.faces.hair import Style, hair

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FAR", "Head", "Parts", "Wears"]

FAR = np.float32(9.0)
"""A distance longer than any ray."""
TORSO = (0.0, -2.0, -0.25), (1.32, 0.86, 0.6)
"""Centre and radii of the shoulders."""


@dataclass(frozen=True)
class Wears:
    """What a head wears: which parts its field has at all."""

    style: Style | None
    glasses: bool = False
    sunglasses: bool = False
    hat: bool = False
    beard: bool = False


@dataclass(frozen=True)
class Parts:
    """Distances to the parts of a head, (n,) each; FAR where there is none."""

    skin: Array
    hair: Array
    cloth: Array
    hat: Array
    frame: Array
    lens: Array
    x: Array
    """Points in the frame of the head: to the right of the picture, up, out of the face."""
    y: Array
    z: Array


@dataclass(frozen=True)
class Head:
    """Heads that wear the same, one a ray: numbers are (n,) float32.

    Lengths are in half heads: the chin is near y = -1, the crown near y = 1, the eyes at y = 0.
    The head turns about the neck; the shoulders stay.
    """

    wears: Wears
    cos_azimuth: Array
    sin_azimuth: Array
    cos_elevation: Array
    sin_elevation: Array
    smile: Array
    mouth: Array
    """How far the mouth is open, 0..1."""
    long: Array
    """From a round face (-1) to a long one (1)."""

    def take(self, index: NDArray[np.integer]) -> Head:
        """These heads, in this order."""
        arrays = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "wears"}
        return replace(self, **{k: v.take(index) for k, v in arrays.items()})

    def distance(self, x: Array, y: Array, z: Array) -> Array:
        """Distance from points in the picture's frame to the nearest part, (n,)."""
        return self.union(self.parts(x, y, z))

    def union(self, parts: Parts) -> Array:
        """Distance to the nearest of the parts, (n,)."""
        d = np.minimum(parts.skin, parts.cloth)
        if self.wears.style or self.wears.beard:
            d = smooth_min(d, parts.hair, 0.03)
        if self.wears.hat:
            d = np.minimum(d, parts.hat)
        if self.wears.glasses or self.wears.sunglasses:
            d = np.minimum(d, parts.frame)
        if self.wears.sunglasses:
            d = np.minimum(d, parts.lens)
        return d

    def rough(self, x: Array, y: Array, z: Array) -> Array:
        """About the same without small detail, (n,): enough for soft shadows."""
        hx, hy, hz = self.into_head(x, y, z)
        skull = ellipsoid(hx, hy, hz, (0.0, 0.2, -0.12), (0.72, 0.80, 0.88))
        y_jaw = self._jaw_height(hy)
        jaw = ellipsoid(hx, y_jaw, hz, (0.0, -0.33, 0.14), (0.58, 0.72, 0.62))
        d: Array = smooth_min(skull, jaw, 0.32)
        if self.wears.beard:
            d -= 0.05
        d = smooth_min(d, sphere(hx, hy, hz, (0.0, -0.25, 0.78), 0.1), 0.12)
        d = np.minimum(d, np.maximum(norm(x, z + 0.2) - 0.31, y + 0.5))
        d = np.minimum(d, ellipsoid(x, y, z, *TORSO))
        wears = self.wears
        if wears.style:
            d = np.minimum(d, hair(wears.style, hx, hy, hz, skull))
        if wears.hat:
            d = np.minimum(d, wear.hat(hx, hy, hz, skull))
        if wears.glasses:
            d = np.minimum(d, wear.glasses(np.abs(hx), hy, hz))
        if wears.sunglasses:
            rim, lens = wear.sunglasses(np.abs(hx), hy, hz)
            d = np.minimum(d, np.minimum(rim, lens))
        return d

    def into_head(self, x: Array, y: Array, z: Array) -> tuple[Array, Array, Array]:
        """Points of the picture's frame in the frame of the head, stretched to an average face."""
        y = y + 0.45
        z = z + 0.15
        side = self.cos_azimuth * x - self.sin_azimuth * z
        front = self.sin_azimuth * x + self.cos_azimuth * z
        up = self.cos_elevation * y - self.sin_elevation * front
        out = self.sin_elevation * y + self.cos_elevation * front
        side *= 1.0 + 0.07 * self.long
        up -= 0.45
        up *= 1.0 - 0.035 * self.long
        out -= 0.15
        return side, up, out

    def parts(self, x: Array, y: Array, z: Array) -> Parts:
        """Distances from points in the picture's frame to each part."""
        hx, hy, hz = self.into_head(x, y, z)
        ax = np.abs(hx)
        skull = ellipsoid(ax, hy, hz, (0.0, 0.2, -0.12), (0.72, 0.80, 0.88))
        face = self._face(ax, hy, hz, skull)
        neck = capsule(np.abs(x), y, z, (0.0, -1.6, -0.26), (0.0, -0.5, -0.2), 0.34, 0.29)
        skin = smooth_min(face, neck, 0.12)
        cloth = _shoulders(np.abs(x), y, z, neck)
        wears = self.wears
        locks = hat = frame = lens = np.broadcast_to(FAR, x.shape)
        if wears.style:
            locks = hair(wears.style, hx, hy, hz, skull)
        if wears.beard:
            beard = self._beard(ax, hy, hz, face)
            locks = smooth_min(locks, beard, 0.05) if wears.style else beard
        if wears.hat:
            hat = wear.hat(hx, hy, hz, skull)
            if wears.style:
                locks = smooth_max(locks, hy - 0.5 + 0.2 * hz, 0.1)
        if wears.glasses:
            frame = wear.glasses(ax, hy, hz)
        if wears.sunglasses:
            rims, lens = wear.sunglasses(ax, hy, hz)
            frame = np.minimum(frame, rims)
        return Parts(skin, locks, cloth, hat, frame, lens, hx, hy, hz)

    def _face(self, ax: Array, y: Array, z: Array, skull: Array) -> Array:
        smile, long = self.smile, self.long
        y_jaw = self._jaw_height(y)
        jaw = ellipsoid(ax, y_jaw, z, (0.0, -0.30, 0.12), (0.57 - 0.03 * long, 0.69, 0.60))
        d = smooth_min(skull, jaw, 0.32)
        chin = sphere(ax, y_jaw, z, (0.0, -0.85, 0.43), 0.18)
        d = smooth_min(d, chin, 0.22)
        d -= (0.055 - 0.02 * long + 0.045 * smile) * bump(
            ax, y, z, (0.36, -0.26 + 0.05 * smile, 0.5), (0.33, 0.3, 0.45)
        )
        d -= 0.035 * bump(ax, y, z, (0.26, 0.22, 0.7), (0.3, 0.14, 0.35))
        d += 0.07 * bump(ax, y, z, (0.28, 0.03, 0.72), (0.25, 0.19, 0.4))
        eye = sphere(ax, y, z, (0.285, 0.0, 0.5), 0.2)
        d = smooth_min(d, eye, 0.05)
        d = smooth_min(d, _nose(ax, y, z, smile), 0.1)
        d -= self._lips(ax, y, z)
        ear = ellipsoid(ax - 0.2 * z, y, z, (0.78, -0.06, -0.1), (0.07, 0.21, 0.14))
        ear += 0.05 * bump(ax, y, z, (0.82, -0.04, -0.04), (0.12, 0.14, 0.09))
        return smooth_min(d, ear, 0.06)

    def _jaw_height(self, y: Array) -> Array:
        # an open mouth draws the jaw down: points below the lips are looked up higher
        drop = step(-0.45, -0.75, y)
        drop *= 0.13 * self.mouth
        drop += y
        return drop

    def mouth_frame(self, ax: Array, y: Array) -> tuple[Array, Array, Array]:
        """Where points are on the mouth: along it (1 at the corner), above its line, its gape.

        The line is a parabola that the smile bends and widens; the gape is half the height of
        the opening, (n,) each.
        """
        width = 0.2 + 0.075 * self.smile
        along = ax / width
        bend = 0.115 * self.smile
        arch = np.clip(along * along, 0.0, 2.0)
        above = y - (-0.575 - 0.05 * self.mouth + bend * (arch - 0.45))
        gape = (0.03 * np.maximum(self.smile, 0.0) + 0.125 * self.mouth) * (1.0 - arch)
        return along, above, np.maximum(gape, 0.0)

    def _lips(self, ax: Array, y: Array, z: Array) -> Array:
        along, above, gape = self.mouth_frame(ax, y)
        taper = np.clip(1.15 - along * along, 0.0, 1.0)
        upper = (above - gape - 0.035) * (1 / 0.06)
        lower = (above + gape + 0.045) * (1 / 0.075)
        swell = np.maximum(1.0 - upper * upper, 0.0) + 1.3 * np.maximum(1.0 - lower * lower, 0.0)
        inside = np.clip((gape - np.abs(above)) * 12.0, 0.0, 1.0)
        front = np.clip(z * 4.0 - 1.0, 0.0, 1.0)
        swell *= 0.028 * taper
        swell -= 0.05 * inside
        swell *= front
        return swell

    def _beard(self, ax: Array, y: Array, z: Array, face: Array) -> Array:
        along, above, gape = self.mouth_frame(ax, y)
        edge = smooth_max(y + 0.42 - 0.6 * np.maximum(ax - 0.2, 0.0), 0.06 - z, 0.08)
        lips = norm(along * 0.2, above * (0.2 / (gape + 0.09))) - 0.2
        region = smooth_max(edge, -lips, 0.05)
        curls = np.sin(19.0 * ax) * np.sin(17.0 * y) * np.sin(18.0 * z)
        # it thins out towards its edge, where it would else stand up like a rim
        grown = step(0.03, -0.13, region)
        grown *= 0.068 + 0.018 * curls
        grown -= 0.012
        return face - grown


def _nose(ax: Array, y: Array, z: Array, smile: Array) -> Array:
    bridge = capsule(ax, y, z, (0.0, 0.06, 0.68), (0.0, -0.27, 0.86), 0.06, 0.1)
    wing = sphere(ax, y, z, (0.085, -0.315, 0.77), 0.07 + 0.008 * smile)
    return smooth_min(bridge, wing, 0.06)


def _shoulders(ax: Array, y: Array, z: Array, neck: Array) -> Array:
    torso = ellipsoid(ax, y, z, *TORSO)
    collar = smooth_max(neck - 0.05, y + 1.2 + 0.3 * z, 0.05)
    return smooth_min(torso, collar, 0.1)
