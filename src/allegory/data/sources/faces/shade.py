"""Light: a warm key, a cool sky, soft shadow, occlusion, skin that glows, and the tone curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from allegory.data.sources.faces.field import Array
    from allegory.data.sources.faces.trace import Field

__all__ = ["Surface", "encode", "light_surface", "wall"]

KEY = (0.94, 0.90, 0.84)
SKY = (0.38, 0.40, 0.44)
GROUND = (0.25, 0.21, 0.18)


@dataclass(frozen=True)
class Surface:
    """What the light meets at each point."""

    albedo: Array
    """Linear RGB, (3, n)."""
    gloss: Array
    """Strength of the highlight, (n,)."""
    glow: Array
    """How far light bleeds through, as in skin, 0..1, (n,)."""
    strand: Array
    """1 where the surface is combed hair, which shines in a band, (n,)."""
    glint: Array
    """Light added as it is, such as the catch light of an eye, (n,)."""


def light_surface(
    field: Field,
    surface: Surface,
    point: tuple[Array, Array, Array],
    normal: tuple[Array, Array, Array],
    view: tuple[Array, Array, Array],
    light: Array,
) -> Array:
    """The light that leaves each point towards the camera, linear RGB, (3, n).

    Args:
        field: One a point.
        surface: What is there.
        point: Where it is, (n,) each.
        normal: Unit normals, (n,) each.
        view: Unit directions of the rays, (n,) each.
        light: Unit direction towards the key light, (3, n).
    """
    nx, ny, nz = normal
    facing = nx * light[0] + ny * light[1] + nz * light[2]
    open_sky = _occlusion(field, point, normal)
    shadow = _shadow(field, point, normal, light, facing)
    lit = np.maximum(facing, 0.0) * shadow
    colour = np.empty_like(surface.albedo)
    up = 0.5 + 0.5 * ny
    for channel, bleed in enumerate((0.34, 0.12, 0.07)):
        # wrapped diffuse light, red the farthest, stands in for scattering under the skin
        wrap = surface.glow * np.float32(bleed) + surface.strand * np.float32(0.25)
        soft = np.maximum(facing + wrap, 0.0) / (1.0 + wrap)
        soft *= shadow + wrap * (1.0 - shadow)
        ambient = GROUND[channel] + (SKY[channel] - GROUND[channel]) * up
        # occluded skin is lit by light that skin reflects: deep creases keep their warmth
        ambient = ambient * (open_sky + (1.0 - open_sky) * 0.35 * surface.albedo[channel])
        colour[channel] = surface.albedo[channel] * (soft * np.float32(KEY[channel]) + ambient)
    shine = _highlight(surface, normal, view, light) * lit
    rim = 1.0 + nx * view[0] + ny * view[1] + nz * view[2]
    rim = rim * rim * rim * open_sky * (1.0 - surface.strand) * surface.gloss
    colour += shine + rim * np.float32(0.35) + surface.glint
    return colour


def _highlight(
    surface: Surface,
    normal: tuple[Array, Array, Array],
    view: tuple[Array, Array, Array],
    light: Array,
) -> Array:
    hx, hy, hz = (light[i] - view[i] for i in range(3))
    inverse = 1.0 / np.sqrt(hx * hx + hy * hy + hz * hz + np.float32(1e-6))
    nx, ny, nz = normal
    cosine = np.maximum((nx * hx + ny * hy + nz * hz) * inverse, 0.0)
    c4 = np.square(np.square(cosine))
    round_shine = np.square(np.square(c4)) * np.square(c4)
    # combed hair shines where the half vector is across the strand (Kajiya & Kay 1989)
    along = hy * inverse - ny * cosine
    band: Array = np.maximum(1.0 - 5.0 * np.square(along - 0.06), 0.0)
    np.square(band, out=band)
    band *= band
    band *= c4
    band -= round_shine
    band *= surface.strand
    band += round_shine
    band *= surface.gloss
    return band


def _occlusion(
    field: Field, point: tuple[Array, Array, Array], normal: tuple[Array, Array, Array]
) -> Array:
    """How much of the sky each point sees, 0..1, (n,) (Evans 2006)."""
    blocked = np.zeros_like(point[0])
    for reach, weight in ((0.07, 4.0), (0.22, 2.0)):
        d = field.rough(*(p + np.float32(reach) * n for p, n in zip(point, normal, strict=True)))
        blocked += np.maximum(np.float32(reach) - d, 0.0) * np.float32(weight)
    blocked *= 1.0 + blocked
    blocked += 1.0
    sky: Array = np.reciprocal(blocked)
    return sky


def _shadow(
    field: Field,
    point: tuple[Array, Array, Array],
    normal: tuple[Array, Array, Array],
    light: Array,
    facing: Array,
) -> Array:
    """How much of the key light reaches each point, 0..1, (n,); edges soften with distance."""
    shadow = np.zeros_like(facing)
    towards = np.flatnonzero(facing > -0.35)
    field = field.take(towards)
    origin = [(p + np.float32(0.04) * n)[towards] for p, n in zip(point, normal, strict=True)]
    direction = light.take(towards, axis=1)
    lit = np.ones_like(origin[0])
    for way in (0.08, 0.15, 0.27, 0.45, 0.72):
        d = field.rough(*(o + np.float32(way) * v for o, v in zip(origin, direction, strict=True)))
        np.minimum(lit, 0.62 + d * np.float32(2.2 / way), out=lit)
    np.clip(lit, 0.0, 1.0, out=lit)
    shadow[towards] = lit * lit * (3.0 - 2.0 * lit)
    return shadow


def wall(colour: Array, x: Array, y: Array, light: Array) -> Array:
    """The wall behind, a soft pool of light on a plain colour, linear RGB, (3, n, height, width).

    Args:
        colour: Linear RGB, (3, n, 1, 1).
        x: Across the picture, about -1..1, (width,).
        y: Up the picture, about -1..1, (height, 1).
        light: Unit direction towards the key light, (3, n, 1, 1).
    """
    dx, dy = x + 0.35 * light[0], y - 0.25
    pool = 1.12 - 0.22 * (dx * dx + dy * dy)
    lit: Array = colour * np.maximum(pool, 0.35)
    return lit


def encode(linear: Array) -> NDArray[np.uint8]:
    """Linear light to sRGB bytes, same shape: a shoulder above 0.8, then the transfer curve."""
    over = np.maximum(linear - np.float32(0.7), 0.0)
    tone = np.minimum(linear, np.float32(0.7)) + over / (1.0 + over * np.float32(1 / 0.3))
    root = np.sqrt(np.maximum(tone, 0.0))
    root2 = np.sqrt(root)
    # a sum of roots is within a grey level of the curve and needs no power (Bowyer 2013)
    srgb: Array = (
        np.float32(0.662002687) * root
        + np.float32(0.684122060) * root2
        - np.float32(0.323583601) * np.sqrt(root2)
        - np.float32(0.0225411470) * tone
    )
    np.clip(srgb, 0.0, 1.0, out=srgb)
    srgb *= np.float32(255.0)
    srgb += np.float32(0.5)
    return srgb.astype(np.uint8)
