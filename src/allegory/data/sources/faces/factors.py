"""What varies between the pictures: the factors, their distributions, and the draw of a table.

A distribution is written as a person would say it:

| text | means |
|---|---|
| `any` | uniform over the whole range, or over all names |
| `0.5`, `curly` | always this value |
| `0.6..1` | uniform between these |
| `90% 0.6..1` | with probability 90 % uniform between these, else uniform over the rest |
| `50% curly` | with probability 50 % this one, else uniform over the others |
| `4%` | of an accessory: the chance that it is there |
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from allegory.data.sources.faces.colours import EYES, HAIR
from allegory.data.sources.faces.hair import STYLES
from allegory.data.sources.faces.objects import PATTERNS, SHAPES
from allegory.errors import UserError, unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from allegory.data.sources.faces.field import Table

__all__ = ["FACTORS", "OBJECT_FACTORS", "Factor", "Kind", "draw", "factors_of"]

Kind: TypeAlias = Literal["faces", "objects"]


@dataclass(frozen=True)
class Factor:
    """One way in which pictures vary."""

    kind: Literal["number", "category"]
    description: str
    low: float = 0.0
    high: float = 1.0
    names: tuple[str, ...] = ()
    """The categories, in the order of their index; of an accessory: ("no", "yes")."""
    default: str = "any"
    """The distribution drawn from unless another is asked for."""


def _number(low: float, high: float, description: str, default: str = "any") -> Factor:
    return Factor("number", description, low, high, default=default)


def _category(names: Mapping[str, object] | tuple[str, ...], description: str) -> Factor:
    return Factor("category", description, names=tuple(names))


def _accessory(description: str, default: str = "4%") -> Factor:
    return Factor("category", description, names=("no", "yes"), default=default)


_STAGE = {
    "light_azimuth": _number(-70, 70, "where the light comes from, degrees to the right"),
    "light_elevation": _number(0, 60, "where the light comes from, degrees upwards"),
    "background": _number(0, 360, "hue of the wall behind, degrees around CIELAB's circle"),
    "background_lightness": _number(35, 85, "L* of the wall behind"),
}

FACTORS: Mapping[str, Factor] = MappingProxyType(
    {
        "azimuth": _number(-50, 50, "turn of the head, degrees to the right of the picture"),
        "elevation": _number(-20, 20, "nod of the head, degrees upwards"),
        "smile": _number(-0.3, 1, "from a frown (below 0) to a broad smile"),
        "mouth_open": _number(0, 1, "from closed lips to a wide open mouth", "75% 0..0.25"),
        "skin_tone": _number(0, 1, "from very dark to very light, even in L*"),
        "face_shape": _number(0, 1, "from round to long"),
        "hair_style": _category(STYLES, "cut of the hair"),
        "hair_colour": _category(HAIR, "colour of hair, brows and beard"),
        "eye_colour": _category(EYES, "colour of the iris"),
        "clothes": _number(0, 360, "hue of the shirt, degrees around CIELAB's circle"),
        **_STAGE,
        "glasses": _accessory("wears glasses"),
        "sunglasses": _accessory("wears sunglasses", "3%"),
        "hat": _accessory("wears a knitted hat"),
        "beard": _accessory("has a full beard", "5%"),
    }
)
"""The factors of faces, in the order of the table."""

OBJECT_FACTORS: Mapping[str, Factor] = MappingProxyType(
    {
        "shape": _category(SHAPES, "what it is"),
        "size": _number(0.85, 1.25, "its size, 1 about that of a head"),
        "azimuth": _number(-180, 180, "its turn about the upright axis, degrees"),
        "elevation": _number(-35, 55, "its tilt towards the viewer, degrees"),
        "pattern": _category(PATTERNS, "how its two colours are spread"),
        "skin_tone": _number(0, 1, "its first colour, on the scale of skin"),
        "hair_colour": _category(HAIR, "its second colour, of the palette of hair"),
        **_STAGE,
    }
)
"""The factors of objects, in the order of the table."""


def factors_of(kind: Kind) -> Mapping[str, Factor]:
    """The factors of faces or of objects."""
    return FACTORS if kind == "faces" else OBJECT_FACTORS


def draw(
    indices: NDArray[np.int64],
    *,
    seed: int = 0,
    factors: Mapping[str, str] = MappingProxyType({}),
    kind: Kind = "faces",
) -> Table:
    """The factors of these examples, (n,) each: float64 for numbers, int64 for categories.

    A row depends on the seed, its index and the distributions alone: not on which other rows are
    asked for. A factor's values do not depend on the distributions of the others.

    Args:
        indices: Which examples, (n,), not negative.
        seed: Another seed, another population.
        factors: Distributions to use instead of the defaults, by name.
        kind: Faces or objects.

    Raises:
        UserError: a name, a value or a text that is not understood.
    """
    known = factors_of(kind)
    for name in factors:
        if name not in known:
            raise unknown(f"factor of {kind}", name, known)
    rows = np.asarray(indices, dtype=np.int64)
    table: Table = {}
    for name, factor in known.items():
        which, value = (_uniform(rows, seed, f"{name}/{use}") for use in ("which", "value"))
        draw_one = _draw_number if factor.kind == "number" else _draw_category
        table[name] = draw_one(name, factor, factors.get(name, factor.default), which, value)
    return table


def _uniform(rows: NDArray[np.int64], seed: int, stream: str) -> NDArray[np.float64]:
    """Uniform numbers in [0, 1), (n,): a hash of row, seed and stream.

    The hash is the finaliser of SplitMix64 (Steele et al. 2014): unlike a library's generator it
    is the same in all versions, and any row can be had without those before it.
    """
    key = _scramble(np.array([seed], np.uint64) + np.uint64(zlib.crc32(stream.encode())))
    bits = _scramble(rows.astype(np.uint64) + key) >> np.uint64(11)
    return bits.astype(np.float64) * 2.0**-53


def _scramble(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    x = x * np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        x = (x ^ (x >> np.uint64(shift))) * np.uint64(factor)
    return x ^ (x >> np.uint64(31))


_REAL = r"[-+]?(?:\d+\.?\d*|\.\d+)"
_SHARE = re.compile(rf"({_REAL})\s*%\s*(.*)")
_RANGE = re.compile(rf"({_REAL})\s*(?:\.\.\s*({_REAL}))?")


def _draw_number(
    name: str,
    factor: Factor,
    text: str,
    which: NDArray[np.float64],
    value: NDArray[np.float64],
) -> NDArray[np.float64]:
    share, rest = _split_share(name, text)
    low, high = (
        (factor.low, factor.high) if rest == "any" else _parse_range(name, factor, text, rest)
    )
    inside = low + value * (high - low)
    outside = factor.low + value * (factor.high - factor.low - (high - low))
    outside = np.where(outside < low, outside, outside + (high - low))
    return np.where(which < share, inside, outside)


def _parse_range(name: str, factor: Factor, text: str, rest: str) -> tuple[float, float]:
    match = _RANGE.fullmatch(rest)
    if not match:
        raise UserError(
            f"the distribution '{text}' of '{name}' is not understood: write a value (0.5), "
            "a range (0.2..0.8) or a share of a range (90% 0.2..0.8)."
        )
    low = float(match[1])
    high = float(match[2]) if match[2] else low
    if not factor.low <= low <= high <= factor.high:
        raise UserError(
            f"'{text}' is out of range: '{name}' goes from {factor.low:g} to {factor.high:g}."
        )
    return low, high


def _draw_category(
    name: str,
    factor: Factor,
    text: str,
    which: NDArray[np.float64],
    value: NDArray[np.float64],
) -> NDArray[np.int64]:
    share, chosen = _split_share(name, text)
    count = len(factor.names)
    if chosen == "any":
        return (value * count).astype(np.int64)
    if not chosen and factor.names == ("no", "yes"):
        chosen = "yes"
    if chosen not in factor.names:
        raise unknown(name, chosen, factor.names)
    picked = factor.names.index(chosen)
    other = (value * (count - 1)).astype(np.int64)
    other += other >= picked
    return np.where(which < share, picked, other)


def _split_share(name: str, text: str) -> tuple[float, str]:
    """The probability in 0..1 and what it is of: "90% a" to (0.9, "a"), "a" to (1.0, "a")."""
    match = _SHARE.fullmatch(text.strip())
    if not match:
        return 1.0, text.strip()
    share = float(match[1])
    if not 0.0 <= share <= 100.0:
        raise UserError(f"the share {match[1]}% of '{name}' is not between 0% and 100%.")
    return share / 100.0, match[2]
