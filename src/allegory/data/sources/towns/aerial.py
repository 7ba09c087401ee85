"""A town from above: roofs with shadows, trees, water, asphalt, grain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from allegory.data.sources.towns.canvas import Canvas, Colour
from allegory.data.sources.towns.plan import ROADS

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from allegory.data.sources.towns.plan import Block, Building, Plan

__all__ = ["draw_aerial"]

GROUND = (112, 122, 88)
LAND: dict[str, Colour] = {
    "houses": (110, 126, 84),
    "flats": (142, 140, 128),
    "park": (96, 132, 70),
    "field": (164, 150, 96),
    "wood": (58, 86, 48),
    "pond": (52, 84, 98),
}
CROPS: tuple[Colour, ...] = ((172, 158, 98), (134, 146, 80), (150, 122, 84), (112, 134, 70))
WATER = (48, 80, 96)
BANK = (124, 120, 92)
ASPHALT = (98, 99, 102)
KERB = (156, 152, 144)
LINE = (208, 206, 196)
ROOFS: tuple[Colour, ...] = (
    (164, 88, 66),
    (142, 72, 58),
    (120, 104, 94),
    (94, 96, 102),
    (178, 166, 150),
    (130, 92, 72),
)
SHADE = (18, 24, 36, 120)
GRAIN = 7.0
"""Deviation of the grain, in grey levels."""


def draw_aerial(plan: Plan, height: int, width: int) -> NDArray[np.uint8]:
    """The view from above: uint8 (height, width, 3)."""
    canvas = Canvas(height, width, plan.extent, GROUND)
    for block in plan.blocks:
        _land(canvas, block)
    if plan.river is not None:
        line, across = plan.river
        canvas.line(line, across + 0.03, BANK)
        canvas.line(line, across, WATER)
    _streets(canvas, plan)
    sun = np.asarray(plan.sun)
    for x, y, radius in plan.trees:
        canvas.disc(x + radius * sun[0], y + radius * sun[1], radius, SHADE)
    for building in plan.buildings:
        _shadow(canvas, building, sun)
    for building in plan.buildings:
        _roof(canvas, building)
    rng = np.random.Generator(np.random.Philox(key=len(plan.trees) + 977 * len(plan.buildings)))
    for x, y, radius in plan.trees:
        _tree(canvas, rng, x, y, radius)
    return _grained(canvas.shown(), rng)


def _land(canvas: Canvas, block: Block) -> None:
    rng = np.random.Generator(np.random.Philox(key=block.seed))
    colour = CROPS[rng.integers(len(CROPS))] if block.kind == "field" else LAND[block.kind]
    tinted = _lit(colour, rng.uniform(0.92, 1.08))
    canvas.polygon(block.corners, tinted)
    if block.kind == "field":  # furrows
        a, b, c, d = block.corners
        for part in np.arange(0.06, 1.0, 0.12):
            ends = np.stack([a + part * (d - a), b + part * (c - b)])
            canvas.line(ends, 0.011, _lit(tinted, 0.86))
    if block.kind == "pond":
        canvas.polygon(block.corners.mean(0) + 1.0 * (block.corners - block.corners.mean(0)), BANK)
        canvas.polygon(
            block.corners.mean(0) + 0.84 * (block.corners - block.corners.mean(0)), WATER
        )


def _streets(canvas: Canvas, plan: Plan) -> None:
    for line, across in plan.roads:
        canvas.line(line, across, KERB)
    for line, across in plan.roads:
        canvas.line(line, across - 0.012, ASPHALT)
    for line, across in plan.roads:
        if across == ROADS[0]:
            _dashes(canvas, line)


def _dashes(canvas: Canvas, line: NDArray[np.float64]) -> None:
    length = float(np.hypot(*(line[1] - line[0])))
    for start in np.arange(0.0, length, 0.09):
        ends = line[0] + np.array([[start], [min(start + 0.045, length)]]) / length * (
            line[1] - line[0]
        )
        canvas.line(ends, 0.009, LINE)


def _shadow(canvas: Canvas, building: Building, sun: NDArray[np.float64]) -> None:
    """All that lies between the house and its copy where the shadow ends."""
    moved = building.corners + building.height * sun
    for k in range(4):
        edge = [building.corners[k - 1], building.corners[k], moved[k], moved[k - 1]]
        canvas.polygon(np.stack(edge), (*SHADE[:3], 255))
    canvas.polygon(moved, (*SHADE[:3], 255))


def _roof(canvas: Canvas, building: Building) -> None:
    a, b, c, d = building.corners
    colour = ROOFS[building.roof]
    left, right = 0.5 * (a + d), 0.5 * (b + c)
    down = (d - a)[1] + (d - a)[0]
    canvas.polygon(np.stack([a, b, right, left]), _lit(colour, 1.12 if down > 0 else 0.84))
    canvas.polygon(np.stack([left, right, c, d]), _lit(colour, 0.84 if down > 0 else 1.12))


def _tree(canvas: Canvas, rng: Generator, x: float, y: float, radius: float) -> None:
    shade = rng.uniform(0.85, 1.15)
    canvas.disc(x, y, radius, _lit((52, 82, 42), shade))
    canvas.disc(x - 0.25 * radius, y - 0.25 * radius, 0.62 * radius, _lit((78, 112, 58), shade))
    canvas.disc(x - 0.35 * radius, y - 0.35 * radius, 0.3 * radius, _lit((104, 138, 76), shade))


def _grained(picture: NDArray[np.uint8], rng: Generator) -> NDArray[np.uint8]:
    """With unevenness of several sizes, the same in all channels."""
    height, width = picture.shape[:2]
    grain = rng.normal(0, 0.5 * GRAIN, (height, width))
    for cell in (3, 9):
        small = rng.normal(0, GRAIN, (height // cell + 2, width // cell + 2)).astype(np.float32)
        large = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
        grain += np.asarray(large)
    return np.asarray((picture + 0.7 * grain[..., None]).round().clip(0, 255).astype(np.uint8))


def _lit(colour: Colour, factor: float) -> Colour:
    red, green, blue = (min(255, round(factor * value)) for value in colour)
    return red, green, blue
