"""Moments of a run: what was recorded at each evaluation, for films of how it came along."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allegory.errors import UserError
from allegory.files import atomic
from allegory.report.sheets import flatten_alpha

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["Moment", "read_moments", "read_sheets", "write_moment"]

ARRAYS = ("points", "data", "low", "high")
OPTIONAL = ("noise", "realness")


@dataclass(frozen=True)
class Moment:
    """Generated vectors at one moment, and how real each place looks to the model."""

    images: int
    """Examples seen."""
    points: NDArray[np.float32]
    """(n, 1 or 2): the first columns of n examples, of the same codes at every moment."""
    data: NDArray[np.float32]
    """(m, 1 or 2): the same columns of m examples of the data."""
    low: NDArray[np.float32]
    """(1 or 2,): the ends of what is shown, the same at every moment."""
    high: NDArray[np.float32]
    noise: NDArray[np.float32] | None = None
    """(n, 1 or 2): the first numbers of their codes, where the model decodes."""
    realness: NDArray[np.float32] | None = None
    """P(real) in [0, 1], where the model discriminates: at evenly spaced places from low to high,
    (places,), or (places upwards, places across)."""


def folder_of(run: Path) -> Path:
    """Where the moments of a run lie."""
    return run / "frames"


def write_moment(moment: Moment, run: Path) -> None:
    """Write frames/IMAGES.npz of a run's folder; moments of work that was lost are removed."""
    path = folder_of(run) / f"{moment.images:012d}.npz"
    arrays = {name: getattr(moment, name) for name in (*ARRAYS, *OPTIONAL)}
    with atomic(path) as file:
        np.savez_compressed(file, **{k: v for k, v in arrays.items() if v is not None})
    for later in path.parent.glob("*.npz"):
        if later.name > path.name:
            later.unlink()


def read_moments(run: Path) -> list[Moment]:
    """The moments of a run, the first one first.

    Raises:
        UserError: a file is damaged.
    """
    return [_read(path) for path in sorted(folder_of(run).glob("[0-9]*.npz"))]


def _read(path: Path) -> Moment:
    try:
        with np.load(path, allow_pickle=False) as found:
            optional = {name: found[name] for name in OPTIONAL if name in found}
            return Moment(int(path.stem), **{k: found[k] for k in ARRAYS}, **optional)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise UserError(
            f"{path} is damaged ({error}): without it the film shows the other moments."
        ) from error


def read_sheets(run: Path) -> list[tuple[int, NDArray[np.uint8]]]:
    """The previews of a run: examples seen, and the sheet (H, W, 3); the first one first.

    Raises:
        UserError: a file is damaged.
    """
    from PIL import Image, UnidentifiedImageError

    found = []
    for path in sorted((run / "previews").glob("[0-9]*.png")):
        try:
            with Image.open(path) as image:
                found.append((int(path.stem), np.asarray(flatten_alpha(image).convert("RGB"))))
        except (OSError, UnidentifiedImageError) as error:
            raise UserError(
                f"{path} is damaged: without it the film shows the other moments."
            ) from error
    return found
