"""One picture: from a file of any usual format to bytes of the size and channels asked for.

The policy, the same for folders, arrays and a user's own single picture:

- JPEG is decoded at a reduced scale where the target is much smaller;
- the rotation that EXIF asks for is applied;
- palette, CMYK, grey with alpha, 1-bit and the like become grey, RGB or RGBA, as asked;
- 16-bit grey is scaled to 8 bits (65535 becomes 255); floating point is taken as 0..1 where no
  value is above 1, else as 0..255;
- transparent pixels are laid over white, unless the alpha channel is asked for;
- of an animation the first frame is taken;
- the picture is cropped around its centre to the target's aspect, then resampled with an
  anti-aliasing filter; at the target's size already, its pixels are kept as they are.
"""

from __future__ import annotations

import struct
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, UnidentifiedImageError

from allegory.data import reasons
from allegory.data.reasons import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["Header", "Unreadable", "fit", "quiet", "read_header", "read_picture"]

PIXELS = 80_000_000
"""Pictures of more pixels are refused from their header; Pillow warns at 89 million."""

FORMATS = (
    *("JPEG", "PNG", "WEBP", "GIF", "BMP", "DIB", "TIFF", "PPM", "JPEG2000", "AVIF", "MPO"),
    *("QOI", "PCX", "SGI"),
)
"""Only formats of pixels: Pillow would start other programs for some of the rest."""

FAULTS = (
    *(OSError, ValueError, SyntaxError, TypeError, LookupError, EOFError, struct.error),
    *(ArithmeticError, AttributeError, RuntimeError, AssertionError, MemoryError, Warning),
    Image.DecompressionBombError,
)
"""What Pillow was seen to raise on broken files."""

GREY = ("1", "L", "LA", "La", "I", "F", "I;16", "I;16B", "I;16L", "I;16N")
DEEP = ("I", "I;16", "I;16B", "I;16L", "I;16N")

ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation to what undoes it; from 5 on width and height change places."""


@dataclass(frozen=True)
class Header:
    """What a picture file says of itself before it is decoded."""

    format: str
    """"jpeg", "png" and so on: by content, not by file name."""
    height: int
    """Rows of pixels, after rotation."""
    width: int
    mode: str
    """Pillow's name of the pixel type: "RGB", "P", "CMYK", "I;16"."""
    grey: bool
    """There is no colour in it."""
    animated: bool
    rotated: bool
    """EXIF asks for a rotation or a mirror image."""


def read_picture(path: str | Path, mode: str, height: int, width: int) -> NDArray[np.uint8]:
    """Read one picture as uint8 (height, width, channels).

    Args:
        path: the file.
        mode: "L" (1 channel), "RGB" (3) or "RGBA" (4).
        height: of the result, in pixels.
        width: likewise.

    Raises:
        Unreadable: with the reason, in plain words.
    """
    with quiet():
        return decode(path, mode, height, width)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Pillow's warnings from the terminal while pictures are read.

    Filters of warnings belong to the process, so this is entered once around threads that read,
    never inside them.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def read_header(path: str | Path) -> Header:
    """What the file says of itself; to be called inside `quiet`.

    Raises:
        Unreadable: with the reason, in plain words.
    """
    with _opened(path) as image:
        turned = _orientation(image)
        width, height = image.size[::-1] if turned > 4 else image.size
        name = "jpeg" if image.format == "MPO" else str(image.format).lower()
        animated = image.format not in ("MPO", "TIFF") and getattr(image, "is_animated", False)
        return Header(name, height, width, image.mode, _is_grey(image), animated, turned > 1)


def decode(path: str | Path, mode: str, height: int, width: int) -> NDArray[np.uint8]:
    """`read_picture` for use in threads, inside `quiet`."""
    with _opened(path) as image:
        turned = _orientation(image)
        h, w = (width, height) if turned > 4 else (height, width)
        image.draft(mode if mode == "L" else None, (2 * w, 2 * h))
        image.load()
        if image.format == "PNG":
            _check_sums(path)
        fitted = _fitted(_converted(image, mode), h, w)
        if turned in TURNS:
            fitted = fitted.transpose(TURNS[turned])
        return _pixels(fitted)


def fit(picture: NDArray[np.uint8], mode: str, height: int, width: int) -> NDArray[np.uint8]:
    """A picture (h, w, channels) in memory at the size and mode asked for, by the same policy."""
    pixels = picture[..., 0] if picture.shape[-1] == 1 else picture
    return _pixels(_fitted(_converted(Image.fromarray(pixels), mode), height, width))


@contextmanager
def _opened(path: str | Path) -> Iterator[Image.Image]:
    """The image, opened but not decoded; whatever goes wrong inside becomes Unreadable."""
    path = Path(path)
    reasons.before_opening(path)
    try:
        with Image.open(path, formats=_formats()) as image:
            _check_size(*image.size)
            yield image
    except Image.DecompressionBombError as error:
        raise Unreadable(f"larger than {PIXELS // 10**6} million pixels, refused") from error
    except UnidentifiedImageError as error:
        raise Unreadable(reasons.of_content(path)) from error
    except FAULTS as error:
        raise Unreadable(reasons.of_fault(error)) from error


def _check_size(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise Unreadable(f"the picture has no pixels ({width}x{height})")
    if width * height > PIXELS:
        raise Unreadable(
            f"{width}x{height} is larger than {PIXELS // 10**6} million pixels, refused"
        )


def _check_sums(path: str | Path) -> None:
    """Raise where a chunk of a PNG was damaged: Pillow decodes pixels without looking."""
    with Image.open(path, formats=("PNG",)) as image:
        image.verify()


@cache
def _formats() -> tuple[str, ...]:
    Image.init()
    return tuple(f for f in FORMATS if f in Image.OPEN)


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(ORIENTATION, 1)
    except FAULTS:
        return 1  # broken EXIF says nothing of the pixels
    return value if value in TURNS else 1


def _is_grey(image: Image.Image) -> bool:
    if image.mode != "P":
        return image.mode in GREY
    palette = image.getpalette() or []
    return palette[0::3] == palette[1::3] == palette[2::3]


def _converted(image: Image.Image, mode: str) -> Image.Image:
    """The image as 8 bits a channel in `mode`."""
    if image.mode in DEEP or image.mode == "F":
        image = _shallow(image)
    if image.mode == mode and "transparency" not in image.info:
        return image
    if mode != "RGBA" and image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return image.convert(mode)


def _shallow(image: Image.Image) -> Image.Image:
    """16-bit or floating point grey as 8-bit grey."""
    values = np.asarray(image).astype(np.float32)
    if not np.isfinite(values).all():
        raise Unreadable("holds pixels that are not finite numbers")
    if image.mode in DEEP:
        values /= 257.0
    elif values.max() <= 1.0:
        values *= 255.0
    return Image.fromarray(values.round().clip(0, 255).astype(np.uint8))


def _fitted(image: Image.Image, height: int, width: int) -> Image.Image:
    """Centre crop to the target's aspect, then resample."""
    if image.size == (width, height):
        return image
    scale = min(image.width / width, image.height / height)
    w, h = scale * width, scale * height
    left, top = (image.width - w) / 2, (image.height - h) / 2
    box = (left, top, left + w, top + h)
    return image.resize((width, height), Image.Resampling.LANCZOS, box, reducing_gap=3.0)


def _pixels(image: Image.Image) -> NDArray[np.uint8]:
    values = np.asarray(image)
    return values[:, :, None] if values.ndim == 2 else values
