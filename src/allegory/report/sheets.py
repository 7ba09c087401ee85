"""Pictures side by side on one sheet, and sheets as files."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from allegory.errors import UserError
from allegory.files import atomic
from allegory.media import to_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor

__all__ = ["FORMATS", "flatten_alpha", "label_rows", "sheet", "to_image", "write_picture"]

LEGIBLE = 64
"""Side in pixels to which smaller pictures are enlarged, by a whole factor."""
TEXT = 13
MARGIN = 8
FORMATS = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".webp": "WEBP",
    ".bmp": "BMP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
}


def sheet(
    x: Tensor,
    columns: int | None = None,
    gap: int = 2,
    *,
    labels: Sequence[str] = (),
    clear: bool = False,
) -> NDArray[np.uint8]:
    """Lay pictures x (n, channels, height, width) in [-1, 1] out in rows: uint8 (H, W, C).

    Small pictures are enlarged pixel by pixel. `labels` stand left of the rows, one each. The gaps
    are white or, with `clear`, transparent: then grey and RGB sheets get an alpha channel.
    """
    pictures = to_bytes(x.detach()).permute(0, 2, 3, 1).cpu().numpy()
    if clear and pictures.shape[3] in (1, 3):
        pictures = np.concatenate([pictures, np.full_like(pictures[..., :1], 255)], axis=3)
    factor = max(1, round(LEGIBLE / max(pictures.shape[1:3])))
    pictures = pictures.repeat(factor, axis=1).repeat(factor, axis=2)
    n, height, width, channels = pictures.shape
    columns = columns or _columns(n, height / width)
    rows = math.ceil(n / columns)
    size = (rows * (height + gap) - gap, columns * (width + gap) - gap, channels)
    canvas = np.full(size, 255 if channels in (1, 3) else 0, np.uint8)
    for i, picture in enumerate(pictures):
        top, left = i // columns * (height + gap), i % columns * (width + gap)
        canvas[top : top + height, left : left + width] = picture
    return label_rows(canvas, labels, height + gap) if labels else canvas


def _columns(n: int, tall: float) -> int:
    """So many that the sheet is about square, and as few places as can be stay empty."""
    fewest = max(1, round(math.sqrt(n * tall)))
    return min(range(fewest, max(fewest + 1, round(1.5 * fewest))), key=lambda k: (-n % k, k))


def label_rows(
    picture: NDArray[np.uint8], labels: Sequence[str], height: int
) -> NDArray[np.uint8]:
    """Write a label left of each row, `height` pixels tall, of an opaque picture (H, W, C)."""
    font = ImageFont.load_default(TEXT)
    width = math.ceil(max(font.getlength(label) for label in labels)) + 2 * MARGIN
    margin = Image.new("L", (width, picture.shape[0]), 255)
    draw = ImageDraw.Draw(margin)
    for row, label in enumerate(labels):
        draw.text((MARGIN, (row + 0.5) * height), label, fill=60, font=font, anchor="lm")
    words = np.asarray(margin)[..., None].repeat(picture.shape[2], axis=2)
    if picture.shape[2] in (2, 4):
        words[..., -1] = 255
    return np.concatenate([words, picture], axis=1)


def flatten_alpha(picture: Image.Image) -> Image.Image:
    """The picture on white where it is transparent; as it is where nothing is."""
    if picture.mode not in ("LA", "RGBA"):
        return picture
    opaque = picture.mode.removesuffix("A")
    white = Image.new(opaque, picture.size, "white")
    white.paste(picture.convert(opaque), mask=picture.getchannel("A"))
    return white


def to_image(picture: NDArray[np.uint8]) -> Image.Image:
    """Bytes (H, W, C) as a Pillow image: grey stays grey, transparent stays transparent."""
    return Image.fromarray(picture[..., 0] if picture.shape[2] == 1 else picture)


def write_picture(picture: NDArray[np.uint8], path: Path) -> None:
    """Write bytes (H, W, C) in the format of the path's suffix; grey stays grey."""
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        raise UserError(f"cannot write '{path}': pictures are written as {', '.join(FORMATS)}.")
    image = to_image(picture)
    with atomic(path) as file:
        if kind == "JPEG":
            flatten_alpha(image).save(file, kind, quality=95)
        else:
            image.save(file, kind, **({"lossless": True} if kind == "WEBP" else {}))
