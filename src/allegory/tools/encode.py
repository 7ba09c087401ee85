"""Examples as a table of latent codes, for any program that reads tables."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import torch

from allegory.errors import UserError
from allegory.files import atomic
from allegory.progress import track
from allegory.tools.running import BATCH, home

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from allegory.capabilities import Encodes
    from allegory.data.dataset import Column, Dataset

    Table = Mapping[str, NDArray[np.generic]]

__all__ = [
    "check_table",
    "code_table",
    "encode_all",
    "encode_table",
    "known_table",
    "plain_values",
    "write_table",
]


def encode_table(model: Encodes, data: Dataset) -> dict[str, NDArray[np.generic]]:
    """Encode every shown example: a table of columns, (n,) each.

    `row` is the example's row in the store, then come the text columns (file names), the posterior
    means z0, z1, … and standard deviations std0, std1, …, then what else is known; categories by
    name, "" where missing.
    """
    return code_table(*encode_all(model, data), data)


@torch.inference_mode()
def encode_all(
    model: Encodes, data: Dataset, *, shown: bool = False
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Posterior means and standard deviations of every shown example, (n, latents) each.

    With progress if `shown`.
    """
    means, stds = [], []
    with track(f"codes of {data.name}", len(data), shown=shown) as advance:
        for start in range(0, len(data), BATCH):
            rows = np.arange(start, min(start + BATCH, len(data)))
            posterior = model.encode(data.take(rows, device=home(model)))
            means.append(posterior.mean.cpu().numpy())
            stds.append(posterior.std.cpu().numpy())
            advance(len(rows))
    return np.concatenate(means), np.concatenate(stds)


def code_table(
    z: NDArray[np.float32], std: NDArray[np.float32], data: Dataset
) -> dict[str, NDArray[np.generic]]:
    """The table of codes z and their deviations std, (n, latents) each, of every shown example."""
    found: dict[str, NDArray[np.generic]] = {f"z{j}": z[:, j] for j in range(z.shape[1])}
    return known_table(found | {f"std{j}": std[:, j] for j in range(z.shape[1])}, data)


def known_table(found: Table, data: Dataset) -> dict[str, NDArray[np.generic]]:
    """A table of every shown example: its row and text columns, what was found, what is known."""
    known = data.table()
    table: dict[str, NDArray[np.generic]] = {"row": data.rows}
    table |= {name: plain_values(c) for name, c in known.items() if c.kind == "text"}
    table |= found
    for name, column in known.items():
        if column.kind != "text":
            table[f"{name} (data)" if name in table else name] = plain_values(column)
    return table


def plain_values(column: Column) -> NDArray[np.generic]:
    """The values of a column (n,), categories by name, "" where missing."""
    if column.kind != "category":
        return column.values
    names: NDArray[np.str_] = np.array([*column.names, ""], dtype=np.str_)
    return names[column.values.astype(np.int64)]


def check_table(path: Path) -> None:
    """Raise a UserError unless a table can be written by the suffix of this path."""
    if path.suffix.lower() not in WRITERS:
        raise UserError(f"cannot write '{path}': tables are written as {', '.join(WRITERS)}.")


def write_table(table: Table, path: Path) -> None:
    """Write the columns, (n,) each, as .csv, .npz or .parquet, by the suffix of the path."""
    check_table(path)
    with atomic(path) as file:
        WRITERS[path.suffix.lower()](table, file)


def _write_csv(table: Table, file: BinaryIO) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    writer = csv.writer(text)
    writer.writerow(table)
    writer.writerows(zip(*map(_cells, table.values()), strict=True))
    text.detach()


def _cells(column: NDArray[np.generic]) -> list[str]:
    """The shortest text that reads back as the same value; "" for a missing number."""
    cells: list[str] = column.astype(np.str_).tolist()
    missing = np.isnan(column) if column.dtype.kind == "f" else np.zeros(len(column), bool)
    return ["" if gone else cell for cell, gone in zip(cells, missing, strict=True)]


def _write_npz(table: Table, file: BinaryIO) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, column in table.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, column, allow_pickle=False)


def _write_parquet(table: Table, file: BinaryIO) -> None:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise UserError(
            "Parquet needs pyarrow: install 'allegory[parquet]', or write .csv or .npz."
        ) from None
    pyarrow.parquet.write_table(pyarrow.table(dict(table)), file)


WRITERS: dict[str, Callable[[Table, BinaryIO], None]] = {
    ".csv": _write_csv,
    ".npz": _write_npz,
    ".parquet": _write_parquet,
}
