"""Filmstrips with what is read off each frame under it, as inline SVG."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from allegory.media import to_bytes
from allegory.report.html import image_uri
from allegory.report.plots import Scale, colour

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

__all__ = ["ReadStrip", "film_strips"]

SIDE, GAP, LEFT, RIGHT = 74, 4, 74, 10
HEAD, NUMBERS, TRACK, FOOT = 30, 24, 40, 30
"""Heights above the frames, of the numbers under them, of the track, and below it."""


@dataclass(frozen=True)
class ReadStrip:
    """Pictures in a row, a number under each, and another followed from frame to frame."""

    name: str
    says: str
    """A few words, on the right above the frames."""
    frames: Tensor
    """(frames, channels, height, width), in [-1, 1]."""
    numbers: Sequence[str]
    """One a frame."""
    track: Sequence[float]
    """One a frame; drawn as a line."""
    colour: int = 0
    """Which of `plots.COLOURS`; negative counts from the last."""


def film_strips(
    strips: Sequence[ReadStrip],
    *,
    title: str,
    numbers: str,
    track: str,
    limits: tuple[float, float],
) -> str:
    """Draw the strips, of equally many frames of one size, under each other.

    Args:
        strips: from the top down.
        title: what a screen reader says.
        numbers: name of what is written under the frames.
        track: name of what is drawn below that.
        limits: values at the bottom and the top of each track; what lies beyond is drawn beyond,
            up to a quarter of the track.
    """
    count, _, height, width = strips[0].frames.shape
    side = round(SIDE * height / width)
    tall = HEAD + side + NUMBERS + TRACK + FOOT
    across = LEFT + count * (SIDE + GAP) - GAP + RIGHT
    drawn = [_row(s, across, side, numbers, track, limits) for s in strips]
    rows = [f'<g transform="translate(0 {k * tall})">{row}</g>' for k, row in enumerate(drawn)]
    return (
        f'<svg class="plot" viewBox="0 0 {across} {len(strips) * tall}" role="img" '
        f'aria-label="{escape(title)}" xmlns="http://www.w3.org/2000/svg">{"".join(rows)}</svg>'
    )


def _row(
    s: ReadStrip, across: int, side: int, numbers: str, track: str, limits: tuple[float, float]
) -> str:
    low, high = HEAD + side + NUMBERS + TRACK, HEAD + side + NUMBERS
    up = Scale(*limits, low, high)
    centres = [LEFT + k * (SIDE + GAP) + SIDE / 2 for k in range(len(s.frames))]
    places = [min(max(up(v), high - TRACK / 4), low + TRACK / 4) for v in s.track]
    pixels = to_bytes(s.frames.detach()).permute(0, 2, 3, 1).cpu().numpy()
    way = "L".join(f"{x:.1f} {y:.1f}" for x, y in zip(centres, places, strict=True))
    middle = (low + high) / 2
    pieces = [
        f'<g class="legend"><text x="{LEFT}" y="20" font-weight="600">{escape(s.name)}</text></g>',
        f'<text class="end" x="{across - RIGHT}" y="20">{escape(s.says)}</text>',
        f'<text class="end" x="{LEFT - 10}" y="{high - 7}">{escape(numbers)}</text>',
        f'<text class="end" x="{LEFT - 10}" y="{middle + 4}">{escape(track)}</text>',
        f'<path class="grid" d="M{LEFT} {low}H{across - RIGHT}M{LEFT} {high}H{across - RIGHT}"/>',
        f'<path class="line" stroke="{colour(s.colour)}" d="M{way}"/>',
    ]
    for x, y, value, number, picture in zip(
        centres, places, s.track, s.numbers, pixels, strict=True
    ):
        pieces.append(
            f'<image x="{x - SIDE / 2:.1f}" y="{HEAD}" width="{SIDE}" height="{side}" '
            f'href="{image_uri(picture)}"/>'
            f'<text class="middle" x="{x:.1f}" y="{high - 7}">{escape(number)}</text>'
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{colour(s.colour)}"/>'
            f'<text class="middle" x="{x:.1f}" y="{low + 18}" font-size="11">{_two(value)}</text>'
        )
    return "".join(pieces)


def _two(value: float) -> str:
    """The number with two decimals; none is a negative nought."""
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")
