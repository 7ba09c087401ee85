"""Examples as files that other programs read: a picture each in a folder, or one array."""

from __future__ import annotations

import csv
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from allegory.errors import UserError
from allegory.files import atomic
from allegory.media import Images, to_bytes
from allegory.report.sheets import to_image
from allegory.report.sounds import sounding, write_sounds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from torch import Tensor

    from allegory.media import Media

__all__ = ["atomic_folder", "require_empty", "write_array", "write_folder"]


def require_empty(folder: Path, media: Media) -> None:
    """Raise a UserError unless single files of examples may be written into this folder."""
    if not isinstance(media, Images):
        raise UserError(f"cannot write '{folder}': vectors are written as .npy or .npz.")
    if folder.exists() and not folder.is_dir():
        raise UserError(f"cannot write '{folder}': it is a file; name a folder or a suffix.")
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"'{folder}' is not empty: name a new folder, or empty this one.")


def write_folder(x: Tensor, media: Media, folder: Path, labels: Sequence[str] = ()) -> None:
    """Write pictures x (n, *media.shape) as 000000.png and on; all of them, or none.

    What can be heard is written beside its picture, as 000000.wav. With `labels`, one a picture,
    also metadata.csv, from which a data set reads them again.
    """
    require_empty(folder, media)
    names = [f"{i:06}.png" for i in range(len(x))]
    with atomic_folder(folder) as draft:
        pictures = to_bytes(x.detach().cpu()).permute(0, 2, 3, 1).numpy()
        for name, picture in zip(names, pictures, strict=True):
            to_image(picture).save(draft / name)
        if sounding(media):
            sounds = [name.replace(".png", ".wav") for name in names]
            write_sounds(x, media, [draft / name for name in sounds])
            names = sounds
        if labels:
            with (draft / "metadata.csv").open("w", encoding="utf-8", newline="") as file:
                rows = zip(names, labels, strict=True)
                csv.writer(file).writerows([("file_name", "label"), *rows])


@contextmanager
def atomic_folder(folder: Path) -> Iterator[Path]:
    """A draft that becomes `folder` when the block ends well, and vanishes when it does not.

    Raises:
        UserError: it can't be written, or the folder is not empty.
    """
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.draft")
    try:
        draft.mkdir(parents=True)
        yield draft
        if folder.exists():
            folder.rmdir()
        draft.rename(folder)
    except OSError as error:
        raise UserError(f"cannot write '{folder}': {error.strerror or error}.") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def write_array(x: Tensor, path: Path, labels: Sequence[str] = ()) -> None:
    """Write examples x (n, ...) as they are, float32: a .npy file, or a .npz file that holds "x".

    With `labels`, one an example, a .npz file holds them too, as "label".
    """
    values = x.detach().cpu().numpy()
    with atomic(path) as file:
        if path.suffix.lower() == ".npy":
            np.save(file, values, allow_pickle=False)
        else:
            known = {"label": np.array(labels, dtype=np.str_)} if labels else {}
            np.savez_compressed(file, x=values, **known)  # type: ignore[arg-type]
