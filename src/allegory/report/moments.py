"""Moments of a run: what was recorded at each evaluation, for films of how it came along."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from allegory.files import atomic
from allegory.report.sheets import flatten_alpha

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["Moment", "reach", "read_moments", "read_sheets", "write_moment"]

ARRAYS = ("points", "data", "low", "high")
OPTIONAL = ("noise", "realness")
REACHES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)


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
    latents: int = 0
    """Numbers in a code."""
    realness: NDArray[np.float32] | None = None
    """P(real) in [0, 1], where the model discriminates: at evenly spaced places from low to high,
    (places,), or (places upwards, places across)."""


def reach(moments: Sequence[Moment]) -> float:
    """How far P(real) is shown to each side of 1/2, the same at all of these moments.

    It is the least round number that holds every P(real): a discriminator whose slope is held
    down moves little around 1/2, and one scale for all moments shows how it flattens.
    """
    judged = [m.realness for m in moments if m.realness is not None]
    away = max((float(np.abs(r - 0.5).max()) for r in judged), default=0.5)
    return next(r for r in REACHES if r >= away or r == REACHES[-1])


def folder_of(run: Path) -> Path:
    """Where the moments of a run lie."""
    return run / "frames"


def write_moment(moment: Moment, run: Path) -> None:
    """Write frames/IMAGES.npz of a run's folder; moments of work that was lost are removed."""
    path = folder_of(run) / f"{moment.images:012d}.npz"
    arrays = {name: getattr(moment, name) for name in (*ARRAYS, *OPTIONAL)}
    arrays["latents"] = np.array(moment.latents)
    with atomic(path) as file:
        np.savez_compressed(file, **{k: v for k, v in arrays.items() if v is not None})
    for later in path.parent.glob("*.npz"):
        if later.name > path.name:
            later.unlink()


def read_moments(run: Path) -> list[Moment]:
    """The moments of a run, the first one first; files that are damaged are left out."""
    found = (_read(path) for path in sorted(folder_of(run).glob("[0-9]*.npz")))
    return [moment for moment in found if moment is not None]


def _read(path: Path) -> Moment | None:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as found:
            optional = {name: found[name] for name in OPTIONAL if name in found}
            whole = {k: found[k] for k in ARRAYS}
            return Moment(int(path.stem), **whole, **optional, latents=int(found["latents"]))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def read_sheets(run: Path) -> list[tuple[int, NDArray[np.uint8]]]:
    """The previews of a run: images seen, and the sheet (H, W, 3); the first one first.

    Those that are damaged, or not of the size of the last one, are left out.
    """
    found = []
    for path in sorted((run / "previews").glob("[0-9]*.png")):
        try:
            with Image.open(path) as image:
                found.append((int(path.stem), np.asarray(flatten_alpha(image).convert("RGB"))))
        except (OSError, ValueError):
            continue
    return [(images, sheet) for images, sheet in found if sheet.shape == found[-1][1].shape]
