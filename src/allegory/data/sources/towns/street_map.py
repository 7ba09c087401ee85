"""A town as its street map shows it: flat colours, streets in white and yellow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allegory.data.sources.towns.canvas import Canvas, Colour
from allegory.data.sources.towns.plan import ROADS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from allegory.data.sources.towns.plan import Plan

__all__ = ["draw_map"]

GROUND = (240, 236, 226)
LAND: dict[str, Colour] = {
    "houses": (232, 226, 216),
    "flats": (222, 216, 212),
    "park": (184, 220, 160),
    "field": (236, 226, 176),
    "wood": (142, 190, 128),
    "pond": (150, 194, 222),
}
WATER = (150, 194, 222)
BUILDING = (190, 176, 166)
CASING = (176, 168, 158)
MAIN = (250, 206, 110)
STREET = (255, 255, 255)
EDGE = 0.014
"""Width of the line around a street, in units."""


def draw_map(plan: Plan, height: int, width: int) -> NDArray[np.uint8]:
    """The map: uint8 (height, width, 3)."""
    canvas = Canvas(height, width, plan.extent, GROUND)
    for block in plan.blocks:
        canvas.polygon(block.corners, LAND[block.kind])
    if plan.river is not None:
        canvas.line(*plan.river, WATER)
    for building in plan.buildings:
        canvas.polygon(building.corners, BUILDING)
    for line, across in plan.roads:
        canvas.line(line, across, CASING)
    for line, across in plan.roads:
        canvas.line(line, across - EDGE, MAIN if across == ROADS[0] else STREET)
    return canvas.shown()
