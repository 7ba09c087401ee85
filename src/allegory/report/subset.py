"""A part of a data set, or more than it, as a data set of its own: a folder, or one array."""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from allegory.errors import UserError
from allegory.media import Images, to_bytes
from allegory.report.files import atomic_folder, require_empty
from allegory.report.sheets import to_image
from allegory.tools.encode import write_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from torch import Tensor

    from allegory.data.dataset import Dataset

    Table = Mapping[str, NDArray[np.generic]]

__all__ = ["MADE", "require_subset", "write_subset"]

MADE = "generated"
"""Folder of the examples that a model made, and the column that says so."""


def require_subset(path: Path, data: Dataset) -> None:
    """Raise a UserError where `write_subset` would, as far as can be told before."""
    if path.suffix.lower() == ".npz":
        return
    if path.suffix and not path.is_dir():
        raise UserError(f"cannot write '{path}': name a folder (no suffix), or a .npz file.")
    require_empty(path, data.media)


def write_subset(
    data: Dataset, table: Table, path: Path, *, made: Tensor | None = None, originals: bool
) -> None:
    """Write every shown example, then those that were made, so that they can be opened again.

    A folder gets the pictures, under their own names where they have such, and metadata.csv; a
    .npz file gets "x", pictures as bytes, and the columns.

    Args:
        data: the examples.
        table: columns to go with them, (n + made,) each.
        path: a new folder, or a .npz file.
        made: examples that a model made, (made, *media.shape).
        originals: copy the files that the examples were read from, whatever their size, where they
            are still there; else pictures are written as training sees them.

    Raises:
        UserError: it can't be written.
    """
    require_subset(path, data)
    known = {k: v for k, v in table.items() if k not in ("row", "file_name")}
    if "x" in known:
        known["x (data)"] = known.pop("x")
    if path.suffix.lower() == ".npz":
        parts = [data.store[data.rows]]
        if made is not None:
            parts.append(_stored(made, data))
        write_table({"x": np.concatenate(parts), **known}, path)
        return
    with atomic_folder(path) as draft:
        names = _write_pictures(data, draft, Path(data.name) if originals else None)
        free = (f"{MADE}/{i:06}.png" for i in count())
        free = (name for name in free if not (draft / name).exists())
        for picture in [] if made is None else _stored(made, data):
            names.append(next(free))
            _save(picture, draft / names[-1])
        write_table({"file_name": np.array(names, dtype=np.str_), **known}, draft / "metadata.csv")


def _write_pictures(data: Dataset, folder: Path, root: Path | None) -> list[str]:
    """Copy or write every shown example; their names below the folder."""
    known = data.table().get("file_name")
    names = [f"{row:06}.png" for row in data.rows] if known is None else known.values.tolist()
    written = []
    for row, name in zip(data.rows, names, strict=True):
        if Path(name).is_absolute() or ".." in Path(name).parts or not Path(name).name:
            name = f"{row:06}.png"  # an array may have any names: none leads out of the folder
        source = None if root is None or known is None else root / name
        if source is not None and source.is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, folder / name)
        else:
            name = str(Path(name).with_suffix(".png"))
            if (folder / name).exists():
                name = f"{row:06}-{Path(name).name}"
            _save(np.asarray(data.store[row]), folder / name)
        written.append(name)
    return written


def _save(picture: NDArray[np.uint8], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    to_image(picture).save(path)


def _stored(x: Tensor, data: Dataset) -> NDArray[np.generic]:
    """Examples x (n, *media.shape) as a store holds them."""
    if not isinstance(data.media, Images):
        return np.asarray(x.cpu().numpy())
    return np.asarray(to_bytes(x).permute(0, 2, 3, 1).cpu().numpy())
