"""Strips of examples as a picture or a film, by the file's suffix."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from allegory.report.draw import draw_film, draw_strips
from allegory.report.film import write_film
from allegory.report.sheets import write_picture

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.media import Media

__all__ = ["FILMS", "write_strips"]

FILMS = (".gif", ".webp", ".apng", ".mp4")


def write_strips(strips: Tensor, media: Media, path: Path, labels: Sequence[str] = ()) -> None:
    """Write strips (n, frames, *media.shape): rows of a picture, or moving side by side."""
    if path.suffix.lower() in FILMS:
        write_film(draw_film(strips, media, labels), path)
    else:
        write_picture(draw_strips(strips, media, labels), path)
