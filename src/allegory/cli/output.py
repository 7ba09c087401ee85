"""Results of the tools as files, by the suffix of the path."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from allegory.errors import UserError
from allegory.progress import say
from allegory.report.draw import (
    draw_examples,
    draw_film,
    draw_groups,
    draw_pairs,
    draw_strips,
)
from allegory.report.files import require_empty, write_array, write_folder
from allegory.report.film import write_film
from allegory.report.sheets import FORMATS, write_picture
from allegory.report.sounds import sounding, write_row

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.media import Media

__all__ = ["FILMS", "check_output", "write_examples", "write_pairs", "write_strips"]

FILMS = (".gif", ".webp", ".apng", ".mp4")
ARRAYS = (".npy", ".npz")


def write_strips(strips: Tensor, media: Media, path: Path, labels: Sequence[str] = ()) -> None:
    """Write strips (n, frames, *media.shape): rows of a picture, or moving side by side."""
    if path.suffix.lower() in FILMS:
        write_film(draw_film(strips, media, labels), path)
    else:
        write_picture(draw_strips(strips, media, labels), path)
    _beside(strips.flatten(0, 1), media, path)


def write_pairs(x: Tensor, y: Tensor, media: Media, path: Path) -> None:
    """Write originals x and reconstructions y, (n, *media.shape) each, as a picture."""
    import torch

    write_picture(draw_pairs(x, y, media), path)
    _beside(torch.stack([x, y], 1).flatten(0, 1), media, path)


def _beside(x: Tensor, media: Media, path: Path) -> None:
    """Write what can be heard beside its picture, one after the other."""
    if sounding(media):
        write_row(x, media, path.with_suffix(".wav"))
        say(f"to be heard: {path.with_suffix('.wav')}")


def check_output(path: Path, media: Media) -> None:
    """Raise a UserError where `write_examples` would, as far as can be told without examples."""
    if _is_folder(path):
        require_empty(path, media)
    elif path.suffix.lower() not in (*FORMATS, *ARRAYS):
        known = ", ".join((*FORMATS, *ARRAYS))
        raise UserError(f"cannot write '{path}': write {known}, or a folder (no suffix).")


def write_examples(x: Tensor, media: Media, path: Path, labels: Sequence[str] = ()) -> None:
    """Write examples: on one sheet, as an array (.npy, .npz), or single files in a folder.

    Args:
        x: (n, *media.shape); of k labels, n / k of each, label after label.
        media: theirs.
        path: a picture or an array by its suffix; a folder where it has none.
        labels: of the groups; on a sheet they get a row each.
    """
    each = [label for label in labels for _ in range(len(x) // len(labels))]
    if _is_folder(path):
        write_folder(x, media, path, each)
    elif path.suffix.lower() in ARRAYS:
        write_array(x, path, each)
    elif len(labels) > 1:
        groups = x.view(len(labels), -1, *x.shape[1:])
        write_picture(draw_groups(groups, media, labels), path)
        _beside(x, media, path)
    else:
        write_picture(draw_examples(x, media), path)
        _beside(x, media, path)


def _is_folder(path: Path) -> bool:
    return not path.suffix or path.is_dir()
