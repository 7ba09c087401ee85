"""The plan of a town: roads, what lies between them, and what stands there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

__all__ = ["Block", "Building", "Plan", "draw_plan"]

UNIT = 64
"""Pixels of a side on which a town one unit wide is seen; larger pictures see more of it, and that
more closely."""
KINDS = ("houses", "flats", "park", "field", "wood", "pond")
CHANCES = (0.40, 0.20, 0.14, 0.10, 0.10, 0.06)
ROADS = (0.085, 0.06, 0.042)
"""Widths of roads: of the first cuts, of later ones, of lanes."""
SMALLEST = 0.16
"""Side of a block below which it is not cut again."""

Rectangle = tuple[float, float, float, float]
"""Left, top, right, bottom, in the turned frame of the town."""


@dataclass(frozen=True)
class Block:
    """Land between roads."""

    kind: str
    corners: NDArray[np.float64]
    """(4, 2), in units from the left top corner of the picture, x first."""
    seed: int
    """Of what its look needs: tint, stripes."""


@dataclass(frozen=True)
class Building:
    """A house with a roof of two sides."""

    corners: NDArray[np.float64]
    """(4, 2); the ridge joins the middles of the first and the third edge."""
    height: float
    """Length of its shadow, in units."""
    roof: int
    """Which colour."""


@dataclass(frozen=True)
class Plan:
    """All that both pictures are drawn from."""

    extent: tuple[float, float]
    """Width and height of what is seen, in units."""
    turn: float
    """Of the streets, in radians."""
    roads: list[tuple[NDArray[np.float64], float]] = field(default_factory=list)
    """Middle lines (2, 2) and widths, wide ones last."""
    blocks: list[Block] = field(default_factory=list)
    buildings: list[Building] = field(default_factory=list)
    trees: list[tuple[float, float, float]] = field(default_factory=list)
    """x, y and radius."""
    river: tuple[NDArray[np.float64], float] | None = None
    """Middle line (k, 2) and width."""
    sun: tuple[float, float] = (0.6, 0.5)
    """Where shadows fall, for a height of 1."""


def draw_plan(seed: int, index: int, height: int, width: int) -> Plan:
    """The plan of town `index`, for pictures of this size; the same town for the same numbers."""
    rng = np.random.Generator(np.random.Philox(key=seed, counter=[0, 0, 0, index]))
    extent = (float(np.sqrt(width / UNIT)), float(np.sqrt(height / UNIT)))
    turn = float(rng.uniform(-np.pi / 4, np.pi / 4))
    plan = Plan(extent=extent, turn=turn, river=_river(rng, extent))
    half = 0.5 * float(np.hypot(*extent)) + 0.1
    place = _Turned(turn, extent)
    _cut(rng, plan, place, (-half, -half, half, half), 0)
    plan.roads.sort(key=lambda road: road[1])
    return plan


@dataclass(frozen=True)
class _Turned:
    """From the frame of the streets to that of the picture."""

    turn: float
    extent: tuple[float, float]

    def __call__(self, points: object) -> NDArray[np.float64]:
        xy = np.asarray(points, dtype=np.float64)
        cos, sin = np.cos(self.turn), np.sin(self.turn)
        turned = xy @ np.array([[cos, sin], [-sin, cos]])
        return np.asarray(turned + 0.5 * np.asarray(self.extent))


def _river(
    rng: Generator, extent: tuple[float, float]
) -> tuple[NDArray[np.float64], float] | None:
    if rng.random() > 0.35:
        return None
    along = np.linspace(-0.2, 1.2, 24)
    bend, phase, shift = rng.uniform(0.05, 0.18), rng.uniform(0, 6.3), rng.uniform(0.25, 0.75)
    across = shift + bend * np.sin(phase + along * rng.uniform(3, 6))
    line = np.stack([along, across], 1) if rng.random() < 0.5 else np.stack([across, along], 1)
    return line * np.asarray(extent), float(rng.uniform(0.09, 0.16))


def _cut(rng: Generator, plan: Plan, place: _Turned, block: Rectangle, depth: int) -> None:
    """Lay a road through a block, and so on with both parts, until they are small."""
    left, top, right, bottom = block
    sides = (right - left, bottom - top)
    road = ROADS[min(depth // 2, len(ROADS) - 1)]
    along = int(sides[1] > sides[0])  # the longer side is cut
    least = SMALLEST + road
    if max(sides) < 2 * least or (depth > 4 and max(sides) < 0.5 and rng.random() < 0.35):
        _settle(rng, plan, place, block)
        return
    at = rng.uniform(least, sides[along] - least) + (top if along else left)
    ends = ((left, at), (right, at)) if along else ((at, top), (at, bottom))
    plan.roads.append((place(ends), road))
    near, far = at - road / 2, at + road / 2
    parts = (
        ((left, top, right, near), (left, far, right, bottom))
        if along
        else ((left, top, near, bottom), (far, top, right, bottom))
    )
    for part in parts:
        _cut(rng, plan, place, part, depth + 1)


def _settle(rng: Generator, plan: Plan, place: _Turned, block: Rectangle) -> None:
    kind = str(rng.choice(KINDS, p=CHANCES))
    left, top, right, bottom = block
    corners = place([(left, top), (right, top), (right, bottom), (left, bottom)])
    plan.blocks.append(Block(kind, corners, int(rng.integers(1 << 30))))
    width, height = right - left, bottom - top
    if kind == "houses":
        _rows(rng, plan, place, block, size=(0.055, 0.075), gap=0.025, high=(0.02, 0.03))
        _scatter(rng, plan, place, block, n=int(22 * width * height), radius=(0.012, 0.02))
    elif kind == "flats":
        _rows(rng, plan, place, block, size=(0.11, 0.15), gap=0.04, high=(0.045, 0.08))
    elif kind == "park":
        _scatter(rng, plan, place, block, n=int(90 * width * height), radius=(0.014, 0.026))
    elif kind == "wood":
        _scatter(rng, plan, place, block, n=int(520 * width * height), radius=(0.016, 0.03))


def _rows(
    rng: Generator,
    plan: Plan,
    place: _Turned,
    block: Rectangle,
    *,
    size: tuple[float, float],
    gap: float,
    high: tuple[float, float],
) -> None:
    """Buildings in rows, some plots left empty; none stands in the river."""
    left, top, right, bottom = block
    y = top + gap
    while y + size[0] < bottom:
        deep = min(rng.uniform(*size), bottom - gap - y)
        x = left + gap
        while x + size[0] < right and deep > 0.6 * size[0]:
            wide = min(rng.uniform(*size) * 1.15, right - gap - x)
            corners = place([(x, y), (x + wide, y), (x + wide, y + deep), (x, y + deep)])
            if wide < deep:  # the ridge runs along the longer side
                corners = np.roll(corners, 1, axis=0)
            roof, height, built = int(rng.integers(6)), rng.uniform(*high), rng.random() < 0.88
            if built and wide > 0.6 * size[0] and _dry(plan, corners):
                plan.buildings.append(Building(corners, float(height), roof))
            x += wide + gap * rng.uniform(0.8, 1.6)
        y += deep + gap * rng.uniform(1.0, 1.8)


def _scatter(
    rng: Generator,
    plan: Plan,
    place: _Turned,
    block: Rectangle,
    *,
    n: int,
    radius: tuple[float, float],
) -> None:
    left, top, right, bottom = block
    spots = place(
        np.stack([rng.uniform(left, right, n), rng.uniform(top, bottom, n)], 1).reshape(-1, 2)
    )
    sizes = rng.uniform(*radius, n)
    for (x, y), r in zip(spots, sizes, strict=True):
        if _dry(plan, np.array([[x, y]])):
            plan.trees.append((float(x), float(y), float(r)))


def _dry(plan: Plan, points: NDArray[np.float64]) -> bool:
    """Whether points (k, 2) keep clear of the river."""
    if plan.river is None:
        return True
    line, width = plan.river
    apart = np.hypot(*(points[:, None] - line[None]).transpose(2, 0, 1))
    return bool(apart.min() > 0.5 * width + 0.04)
