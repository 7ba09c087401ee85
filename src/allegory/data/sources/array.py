"""Arrays: from memory, .npy and .npz; pictures of any usual layout and range, or vectors."""

from __future__ import annotations

import hashlib
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

from allegory.data.dataset import Column
from allegory.data.labels import LABELS, category, column
from allegory.data.plan import append_pictures, chosen
from allegory.data.ranges import finite, picture_bytes
from allegory.data.store import Packed, Writer, key_of, packed
from allegory.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from allegory.data.settings import DataSettings

__all__ = ["in_memory", "pack", "pack_file"]

EXAMPLES = ("x", "images", "data")
"""Names that the array of examples goes by in a .npz."""

CHANNELS = (1, 3, 4)
LARGEST = 1e15
"""Values up to this have squares, and sums of them, that float32 can hold."""
CHUNK = 1024


def in_memory(values: Any) -> NDArray[np.generic]:
    """An array or a tensor as an array; torch is not imported for it."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(values, torch.Tensor):
        values = values.detach().cpu()
        return np.asarray(values.float() if values.dtype == torch.bfloat16 else values)
    if isinstance(values, np.ndarray):
        return values
    raise UserError(
        f"cannot open a {type(values).__name__}: a source is a path, a name, an array or a tensor."
    )


def pack(
    array: NDArray[np.generic], settings: DataSettings, columns: Mapping[str, Column] | None = None
) -> Packed:
    """Pack an array by its content.

    Args:
        array: pictures (n, h, w), (n, h, w, c) or (n, c, h, w), c in {1, 3, 4}: uint8, or floats
            in 0..1, -1..1 or 0..255, which are rescaled; or vectors (n, size) or (n,).
        settings: how to read it.
        columns: what is known of the examples, (n,) values each.

    Raises:
        UserError: the shape, type or range is none of these, or there are NaNs.
    """
    if not array.ndim or not array.size:
        raise UserError(f"the array holds no examples: its shape is {array.shape}.")
    columns = columns or {}
    content = hashlib.blake2b(digest_size=16)
    for part in _parts(array):
        content.update(np.ascontiguousarray(part).tobytes())
    for name, c in columns.items():
        content.update(f"{name} {c.kind} {c.names}".encode())
        content.update(c.values.tobytes())
    wanted = settings.model_dump(include={"size", "mode", "examples", "data_seed"})
    shape, dtype = list(array.shape), array.dtype.str
    key = key_of("array", content=content.hexdigest(), shape=shape, dtype=dtype, **wanted)
    return packed(key, lambda writer: _build(writer, array, columns, settings))


def pack_file(path: Path, settings: DataSettings) -> Packed:
    """Pack a .npy or .npz file.

    Of a .npz the array called x, images or data is taken, or the only one there is; others of the
    same length with one dimension become columns, `y` and `labels` the column "label".

    Raises:
        UserError: the file cannot be read, or has no array that can be meant.
    """
    try:
        if path.suffix.lower() == ".npy":
            return pack(np.load(path, mmap_mode="r", allow_pickle=False), settings)
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return pack(*_of_npz(path, {name: arrays[name] for name in arrays.files}, settings))
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise UserError(f"cannot read {path}: {error}") from error


def _of_npz(
    path: Path, arrays: dict[str, NDArray[np.generic]], settings: DataSettings
) -> tuple[NDArray[np.generic], DataSettings, dict[str, Column]]:
    named = [name for name in EXAMPLES if name in arrays]
    many = [name for name, values in arrays.items() if values.ndim > 1]
    found = named or many or list(arrays)
    if len(found) != 1 and not named:
        has = ", ".join(f"{k} {v.shape}" for k, v in arrays.items()) or "nothing"
        raise UserError(f"{path} must call its examples x, images or data; it holds: {has}.")
    array = arrays.pop(found[0])
    columns = {
        "label" if name in ("y", "labels") else name: _column(name, values)
        for name, values in arrays.items()
        if values.shape == array.shape[:1] and values.dtype.kind in "biufU"
    }
    return array, settings, columns


def _column(name: str, values: NDArray[np.generic]) -> Column:
    if values.dtype.kind == "U" or name in (*LABELS, "y", "labels"):
        text = [str(v) for v in values.tolist()]
        return (
            category(text)
            if name != "split" and values.dtype.kind in "biu"
            else column(name, text)
        )
    return Column("number", values.astype(np.float64))


def _build(
    writer: Writer,
    array: NDArray[np.generic],
    columns: Mapping[str, Column],
    settings: DataSettings,
) -> None:
    if array.dtype.kind not in "biuf":
        raise UserError(f"an array of {array.dtype} holds no examples: it must hold numbers.")
    rows = chosen(len(array), settings)
    if array.ndim <= 2:
        if max(map(abs, finite(array))) > LARGEST:
            raise UserError(f"the array holds values beyond {LARGEST:g}: please rescale them.")
        writer.info["media"] = None
        for start in range(0, len(rows), CHUNK):
            part = array[rows[start : start + CHUNK]].astype(np.float32)
            writer.append(part.reshape(len(part), -1))
    else:
        pictures = _channels_last(array)
        to_bytes, note = picture_bytes(pictures)
        append_pictures(writer, pictures, rows, settings, to_bytes)
        writer.info["notes"] = [note] if note else []
    for name, c in columns.items():
        writer.columns[name] = Column(c.kind, c.values[rows], c.names)


def _channels_last(array: NDArray[np.generic]) -> NDArray[np.generic]:
    """A view (n, h, w, c)."""
    if array.ndim == 3:
        return array[..., None]
    if array.ndim == 4 and array.shape[-1] in CHANNELS:
        return array
    if array.ndim == 4 and array.shape[1] in CHANNELS:
        return np.moveaxis(array, 1, -1)
    raise UserError(
        f"an array of shape {array.shape} holds no pictures: it must be (n, h, w), (n, h, w, c) "
        "or (n, c, h, w) with 1, 3 or 4 channels."
    )


def _parts(array: NDArray[np.generic]) -> Iterator[NDArray[np.generic]]:
    """A large array piece by piece, so that it need not fit into memory."""
    for start in range(0, len(array), CHUNK):
        yield array[start : start + CHUNK]
