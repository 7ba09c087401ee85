"""Moving pictures: GIF, animated WebP and APNG."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from allegory.errors import UserError
from allegory.files import atomic
from allegory.report.sheets import flatten_alpha, to_image

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["FILMS", "encode_film", "write_film"]

FILMS = (".gif", ".webp", ".apng", ".png")
VIDEOS = (".mp4", ".webm", ".mov", ".avi", ".mkv")
COLOURS = 256
PALETTE_PIXELS = 250_000
"""Pixels of the film that its palette is fitted to."""


def write_film(frames: NDArray[np.uint8], path: Path, fps: float = 12) -> None:
    """Write frames (t, H, W, C) by the suffix of the path: .gif, .webp, .apng or .png (animated).

    The film plays forwards, then backwards, and again.
    """
    suffix = path.suffix.lower()
    if suffix not in FILMS:
        reason = "there is no video encoder here: " if suffix in VIDEOS else ""
        raise UserError(f"cannot write '{path}': {reason}films are written as {', '.join(FILMS)}.")
    with atomic(path) as file:
        file.write(encode_film(frames, suffix, fps))


def encode_film(frames: NDArray[np.uint8], suffix: str, fps: float = 12) -> bytes:
    """The film as the bytes of a file with this suffix, one of FILMS."""
    images = [to_image(frame) for frame in np.concatenate([frames, frames[-2:0:-1]])]
    options: dict[str, Any] = {"duration": round(1000 / fps), "loop": 0}
    if suffix == ".gif":
        images = _with_one_palette(images)
        options |= {"optimize": False, "disposal": 1}
    elif suffix == ".webp":
        images = [image.convert("RGBA" if "A" in image.getbands() else "RGB") for image in images]
        options |= {"quality": 82, "method": 4}
    kind = {".gif": "GIF", ".webp": "WEBP"}.get(suffix, "PNG")
    file = io.BytesIO()
    images[0].save(file, kind, save_all=True, append_images=images[1:], **options)
    return file.getvalue()


def _with_one_palette(images: list[Image.Image]) -> list[Image.Image]:
    """The images in the 256 colours that serve all of them best: a palette each would flicker."""
    images = [flatten_alpha(image) for image in images]
    if images[0].mode == "L":
        return images
    pixels = np.concatenate([np.asarray(image).reshape(-1, 3) for image in images])
    some = pixels[:: max(1, len(pixels) // PALETTE_PIXELS)]
    palette = Image.fromarray(some[None]).quantize(COLOURS, Image.Quantize.MEDIANCUT, kmeans=2)
    return [image.quantize(palette=palette) for image in images]
