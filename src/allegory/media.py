"""What the data are: pictures, pairs of them, or vectors, with their shape, range and unit.

Pictures are uint8 (n, height, width, channels) in files and in the packed store, and float32
(n, channels, height, width) in [-1, 1] everywhere in the program. A sound is the picture of its
spectrogram, whose media know how it sounds. Vectors are float32 (n, size) in their own units.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

__all__ = [
    "Images",
    "Media",
    "Pairs",
    "Sound",
    "Vectors",
    "describe",
    "media_from",
    "to_bytes",
    "to_unit",
]

MODES = {"L": 1, "RGB": 3, "RGBA": 4}


@dataclass(frozen=True)
class Sound:
    """How a log-mel spectrogram sounds: a grey picture, time from left to right, low pitch below.

    A row is a mel band, a column a frame. The range [-1, 1] is a fixed map of decibels, so that it
    means the same for every data set and every speaker: -1 is `floor` and less, 1 is a sine at
    full scale.
    """

    rate: int
    """Samples a second, in Hz."""
    window: int
    """Samples that a frame is computed from."""
    hop: int
    """Samples from one frame to the next."""
    low: float
    """Where the lowest band begins, in Hz."""
    high: float
    """Where the highest band ends, in Hz."""
    floor: float
    """What is called silence, in dB: below 0."""


@dataclass(frozen=True)
class Images:
    """Pictures of one size and one channel mode."""

    mode: str
    """"L" (grey), "RGB" or "RGBA", as Pillow names them."""
    height: int
    width: int
    binary: bool = False
    """Pixels are -1 or 1 only: redrawn each time with the grey value as probability."""
    sound: Sound | None = None
    """How they sound, where they are spectrograms."""

    @property
    def channels(self) -> int:
        """Number of channels: 1, 3 or 4."""
        return MODES[self.mode]

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one example in the program: (channels, height, width)."""
        return (self.channels, self.height, self.width)


@dataclass(frozen=True)
class Vectors:
    """Rows of numbers in their own units."""

    offset: tuple[float, ...]
    """Mean of each column over the training split: networks work on (x - offset) / scale."""
    scale: tuple[float, ...]
    """Standard deviation of each column, never 0."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one example: (size,)."""
        return (len(self.offset),)


@dataclass(frozen=True)
class Pairs:
    """Two pictures of one size as one: its channels are those of the first, then of the second.

    So they are packed, ordered, mirrored and dealt as one.
    """

    a: Images
    b: Images
    names: tuple[str, str] = ("a", "b")
    """What the two domains are called."""
    matched: bool = True
    """Whether the two belong together; else any two are put side by side."""

    @property
    def height(self) -> int:
        """Of either, in pixels."""
        return self.a.height

    @property
    def width(self) -> int:
        """Likewise."""
        return self.a.width

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one example: (channels of both, height, width)."""
        return (self.a.channels + self.b.channels, self.height, self.width)

    def halves(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The first and the second pictures of x (n, *shape)."""
        return x[:, : self.a.channels], x[:, self.a.channels :]

    def of(self, name: str) -> Images:
        """The pictures of a domain, by its name."""
        return self.b if name == self.names[1] else self.a


Media = Images | Pairs | Vectors


def media_from(values: dict[str, Any]) -> Media:
    """The media that `describe` wrote: the inverse of it."""
    values = dict(values)
    kind = values.pop("kind")
    if kind == "images":
        return _images(values)
    if kind == "pairs":
        a, b = _images(values["a"]), _images(values["b"])
        return Pairs(a, b, tuple(values["names"]), values["matched"])
    return Vectors(tuple(values["offset"]), tuple(values["scale"]))


def _images(values: dict[str, Any]) -> Images:
    sound = values.get("sound")
    return Images(**{**values, "sound": sound and Sound(**sound)})


def describe(media: Media) -> dict[str, Any]:
    """The media as plain JSON values."""
    found = {"kind": type(media).__name__.lower(), **asdict(media)}
    if found.get("sound", True) is None:
        del found["sound"]
    return found


def to_unit(x: Tensor) -> Tensor:
    """Bytes 0..255 as floats in [-1, 1]; any shape."""
    return x.float().div_(127.5).sub_(1.0)


def to_bytes(x: Tensor) -> Tensor:
    """Floats in [-1, 1] as the nearest bytes 0..255; any shape; values outside are clamped."""
    import torch

    return x.add(1.0).mul_(127.5).round_().clamp_(0, 255).to(torch.uint8)
