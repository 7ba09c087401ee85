"""Small plots as inline SVG: lines, points and bars on labelled axes.

Colours are the CSS variables --c0, --c1, … with a default each, and text has the colour of the
text around it, so that a plot follows the page between light and dark.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from allegory.report.ticks import log_ticks, short, ticks

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["COLOURS", "Scale", "Series", "Tick", "colour", "histogram", "plot", "scales"]

COLOURS = ("#3267c8", "#d0622a", "#2a8f68", "#9a4bbd", "#b58a12", "#c23f6e", "#8a93a0")
"""The last one is the grey of whatever is only there for comparison."""

Range = tuple[float, float]
Tick = tuple[float, str]
"""A place on an axis, and what is written there."""
WIDTH, HEIGHT = 440, 280
TOP, RIGHT, BOTTOM, LEFT = 34, 14, 44, 62
CHARACTER = 6.2
"""Mean width of a character of the legend."""


@dataclass(frozen=True)
class Series:
    """Numbers to be drawn against numbers."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    style: Literal["line", "marks", "dots", "bars"] = "line"
    """"marks" is a line with its points marked; "dots" are points alone."""
    colour: int = 0
    """Which of COLOURS; negative counts from the last."""
    spread: Sequence[Range | None] = ()
    """The ends of an interval around each y, where there is one."""

    def points(self) -> list[tuple[float, float]]:
        """The pairs of finite numbers."""
        pairs = zip(map(float, self.x), map(float, self.y), strict=True)
        return [(x, y) for x, y in pairs if math.isfinite(x) and math.isfinite(y)]

    def whiskers(self) -> list[tuple[float, Range]]:
        """Each x that has an interval, with it."""
        pairs = zip(self.x, self.spread, strict=False)
        return [(float(x), ends) for x, ends in pairs if ends is not None]


@dataclass(frozen=True)
class Scale:
    """From numbers to places on the drawing."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """The place of a number, within a few lengths of the axis."""
        part = (self._warp(value) - self._warp(self.low)) / (
            self._warp(self.high) - self._warp(self.low)
        )
        return self.start + min(max(part, -4.0), 5.0) * (self.end - self.start)

    def _warp(self, value: float) -> float:
        return math.log(max(value, 1e-300)) if self.log else value

    def ticks(self, about: int) -> list[float]:
        """Round numbers within it, roughly `about` of them."""
        return log_ticks(self.low, self.high) if self.log else ticks(self.low, self.high, about)


def plot(
    series: Sequence[Series],
    *,
    title: str,
    x_label: str = "",
    y_label: str = "",
    log: bool = False,
    equal: bool = False,
    x_range: Range | None = None,
    y_range: Range | None = None,
    x_ticks: Sequence[Tick] | None = None,
) -> str:
    """Draw the series on one pair of axes; `log` makes the upright one logarithmic.

    Ranges default to what holds every finite number; bars stand on 0. `equal` widens one range so
    that a unit is as long on both axes. `x_ticks` replace the round numbers of the level axis.
    `title` is what a screen reader says.
    """
    drawn = [(s, _positive(s.points()) if log else s.points()) for s in series]
    across, up = scales(series, log=log, equal=equal, x_range=x_range, y_range=y_range)
    return "".join(
        [
            f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            f'aria-label="{escape(title)}" xmlns="http://www.w3.org/2000/svg">',
            _grid(across, up, x_ticks),
            _labels(x_label, y_label),
            _legend([s for s in series if s.name]),
            f'<svg x="{LEFT}" y="{TOP}" width="{WIDTH - LEFT - RIGHT}" '
            f'height="{HEIGHT - TOP - BOTTOM}" viewBox="{LEFT} {TOP} {WIDTH - LEFT - RIGHT} '
            f'{HEIGHT - TOP - BOTTOM}" class="inside">',
            *(_marks(s, points, across, up) for s, points in drawn),
            "</svg></svg>",
        ]
    )


def scales(
    series: Sequence[Series],
    *,
    log: bool = False,
    equal: bool = False,
    x_range: Range | None = None,
    y_range: Range | None = None,
) -> tuple[Scale, Scale]:
    """The level and the upright axis that hold the series; arguments as of `plot`."""
    drawn = [(s, _positive(s.points()) if log else s.points()) for s in series]
    pairs = [pair for _, points in drawn for pair in points] or [(0.0, 1.0)]
    bars = any(s.style == "bars" for s in series)
    lines = all(s.style == "line" for s in series)
    wide = [x + side * _spacing(s) for s, points in drawn for x, _ in points for side in (-1, 1)]
    x_range = x_range or _range(wide or [0.0, 1.0], 0.0 if lines or bars else 0.05)
    heights = [y for _, y in pairs] + [
        end for s in series for _, ends in s.whiskers() for end in ends
    ]
    on_floor = (0.0, 1.05 * max(heights) or 1.0)
    y_range = y_range or (on_floor if bars and not log else _range(heights, 0.05, log))
    if equal:
        x_range, y_range = _equal(x_range, y_range)
    across = Scale(*x_range, LEFT, WIDTH - RIGHT)
    return across, Scale(*y_range, HEIGHT - BOTTOM, TOP, log)


def histogram(
    values: Sequence[float],
    *,
    low: float,
    high: float,
    bins: int,
    name: str,
    colour: int,
    weights: Sequence[float] | None = None,
) -> Series:
    """How densely the values lie between low and high, as bars whose areas add up to 1.

    Each value counts once or, with `weights`, as it weighs.
    """
    width = (high - low) / bins
    counts = [0.0] * bins
    for value, weight in zip(values, weights or [1.0] * len(values), strict=True):
        if low <= value <= high:
            counts[min(int((value - low) / width), bins - 1)] += weight
    total = (sum(weights) if weights else max(len(values), 1)) * width
    centres = [low + (k + 0.5) * width for k in range(bins)]
    return Series(name, centres, [count / total for count in counts], "bars", colour)


def _positive(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(x, y) for x, y in points if y > 0]


def _range(values: list[float], margin: float, log: bool = False) -> Range:
    low, high = min(values), max(values)
    if log:
        room = (high / low) ** margin
        return (low / room, high * room) if high > low else (low / 2, high * 2)
    room = margin * (high - low) if high > low else max(0.5, abs(low) / 10)
    return low - room, high + room


def _spacing(s: Series) -> float:
    """Room that a bar takes on each side of its place; 0 for other marks."""
    if s.style != "bars":
        return 0.0
    return 0.6 * min((b - a for a, b in pairwise(sorted(set(s.x)))), default=1.0)


def _equal(x: Range, y: Range) -> tuple[Range, Range]:
    """The ranges, widened around their middles to the proportions of the drawing."""
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    unit = max((x[1] - x[0]) / width, (y[1] - y[0]) / height)
    middles = (sum(x) / 2, sum(y) / 2)
    halves = (unit * width / 2, unit * height / 2)
    left, bottom = (m - h for m, h in zip(middles, halves, strict=True))
    right, top = (m + h for m, h in zip(middles, halves, strict=True))
    return (left, right), (bottom, top)


def colour(index: int) -> str:
    """One of COLOURS as a value for SVG, which a page may replace; negative: from the last."""
    index %= len(COLOURS)
    return f"var(--c{index}, {COLOURS[index]})"


def _grid(across: Scale, up: Scale, x_ticks: Sequence[Tick] | None) -> str:
    lines, words = [], []
    for value in up.ticks(5):
        y = up(value)
        lines.append(f"M{LEFT} {y:.1f}H{WIDTH - RIGHT}")
        words.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" class="end">{short(value)}</text>')
    for value, word in x_ticks or [(value, short(value)) for value in across.ticks(6)]:
        x, y = across(value), HEIGHT - BOTTOM
        lines.append(f"M{x:.1f} {y}v4")
        words.append(f'<text x="{x:.1f}" y="{y + 18}" class="middle">{escape(word)}</text>')
    return f'<path class="grid" d="{"".join(lines)}"/><g class="ticks">{"".join(words)}</g>'


def _labels(x_label: str, y_label: str) -> str:
    right, bottom = WIDTH - RIGHT, HEIGHT - 6
    return (
        f'<text class="label end" x="{right}" y="{bottom}">{escape(x_label)}</text>'
        f'<text class="label" x="8" y="17">{escape(y_label)}</text>'
    )


def _legend(series: Sequence[Series]) -> str:
    pieces, x = [], WIDTH - RIGHT + 16 - sum(34 + CHARACTER * len(s.name) for s in series)
    for s in series:
        pieces.append(
            f'<rect x="{x:.0f}" y="11" width="12" height="4" rx="2" fill="{colour(s.colour)}"/>'
            f'<text x="{x + 18:.0f}" y="17">{escape(s.name)}</text>'
        )
        x += 34 + CHARACTER * len(s.name)
    return f'<g class="legend">{"".join(pieces)}</g>'


def _marks(s: Series, points: list[tuple[float, float]], across: Scale, up: Scale) -> str:
    if not points:
        return ""
    paint = colour(s.colour)
    places = [(across(x), up(y)) for x, y in points]
    if s.style == "bars":
        return f'<g fill="{paint}" opacity=".62">{_bars(s, points, places)}</g>'
    pieces = []
    if s.style != "dots":
        way = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        pieces.append(f'<path d="M{way}" class="line" stroke="{paint}"/>')
    for x, (low, high) in s.whiskers():
        way = f"M{across(x):.1f} {up(low):.1f}V{up(high):.1f}"
        pieces.append(f'<path d="{way}" class="line" stroke="{paint}" opacity=".5"/>')
    radius = 3.4 if s.style == "marks" else 2.2
    visible = s.style != "line"
    for (x, y), (px, py) in zip(points, places, strict=True):
        look = f'r="{radius}" fill="{paint}"' if visible else 'r="7" fill="transparent"'
        pieces.append(f'<circle cx="{px:.1f}" cy="{py:.1f}" {look}>{_says(s, x, y)}</circle>')
    return f'<g class="{s.style}">{"".join(pieces)}</g>'


def _bars(s: Series, points: list[tuple[float, float]], places: list[tuple[float, float]]) -> str:
    gaps = [abs(b[0] - a[0]) for a, b in pairwise(places)]
    width = max(1.0, 0.86 * min(gaps, default=40.0))
    base = HEIGHT - BOTTOM
    return "".join(
        f'<rect x="{px - width / 2:.1f}" y="{py:.1f}" width="{width:.1f}" rx="1.5" '
        f'height="{max(0.0, base - py):.1f}">{_says(s, x, y)}</rect>'
        for (x, y), (px, py) in zip(points, places, strict=True)
    )


def _says(s: Series, x: float, y: float) -> str:
    name = f"{escape(s.name)}: " if s.name else ""
    return f"<title>{name}{short(x)}, {short(y)}</title>"
