"""Moving pictures: GIF, animated WebP and APNG."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from allegory.errors import UserError
from allegory.files import atomic
from allegory.report.sheets import flatten_alpha, to_image
from allegory.report.video import VIDEOS, can_encode, encode_video

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["FILMS", "encode_film", "write_film"]

FILMS = (".gif", ".webp", ".apng", ".png")
COLOURS = 256
PALETTE_PIXELS = 250_000
"""Pixels of the film that its palette is fitted to."""


def write_film(
    frames: NDArray[np.uint8], path: Path, fps: float = 12, *, stay: float | None = None
) -> None:
    """Write frames (t, H, W, C) by the suffix of the path: .gif, .webp, .apng or .png (animated).

    The film plays forwards, then backwards, and again; or, with `stay`, forwards only, and its
    last frame is seen so many seconds before it begins again. Where ffmpeg is on the PATH, .mp4
    and other videos are written too.

    Raises:
        UserError: the suffix is none of these, or there is no encoder for it.
    """
    suffix = path.suffix.lower()
    if suffix in FILMS:
        content = encode_film(frames, suffix, fps, stay=stay)
    elif suffix in VIDEOS and can_encode():
        content = encode_video(played(frames, fps, stay), suffix, fps)
    else:
        reason = "it takes ffmpeg on the PATH; " if suffix in VIDEOS else ""
        raise UserError(f"cannot write '{path}': {reason}films are written as {', '.join(FILMS)}.")
    with atomic(path) as file:
        file.write(content)


def played(frames: NDArray[np.uint8], fps: float, stay: float | None) -> NDArray[np.uint8]:
    """The frames of one round, where each is seen equally long."""
    if stay is None:
        return np.concatenate([frames, frames[-2:0:-1]])
    return np.concatenate([frames, frames[-1:].repeat(max(round(fps * stay) - 1, 0), 0)])


def encode_film(
    frames: NDArray[np.uint8], suffix: str, fps: float = 12, *, stay: float | None = None
) -> bytes:
    """The film as the bytes of a file with this suffix, one of FILMS; else as `write_film`."""
    images = [to_image(f) for f in (played(frames, fps, None) if stay is None else frames)]
    duration = [round(1000 / fps)] * len(images)
    if stay is not None:
        duration[-1] = round(1000 * stay)
    options: dict[str, Any] = {"duration": duration, "loop": 0}
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
    stride = max(1, len(images) * images[0].width * images[0].height // PALETTE_PIXELS)
    some = np.concatenate([np.asarray(image).reshape(-1, 3)[::stride] for image in images])
    palette = Image.fromarray(some[None]).quantize(COLOURS, Image.Quantize.MEDIANCUT, kmeans=2)
    return [image.quantize(palette=palette) for image in images]
