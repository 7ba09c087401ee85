"""What is known of a folder's pictures: from its sub-folders and from metadata.csv."""

from __future__ import annotations

import csv
import io
import math
import unicodedata
from typing import TYPE_CHECKING

import numpy as np

from allegory.data.dataset import Column, Skipped
from allegory.data.split import NAMES
from allegory.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Labels", "category", "column", "from_folders", "from_table"]

SPLIT_FOLDERS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev"), "validation"),
    **dict.fromkeys(("test", "testing"), "test"),
}
"""Folders at the top that hold a split, as many published data sets have them."""

CATEGORIES = 100
"""Text of at most so many different values is a category."""

LABELS = ("label", "class")
"""Columns that are categories even where they hold numbers."""

Labels = dict[str, Column]


def from_folders(names: Sequence[str]) -> Labels:
    """Labels from the folders that pictures lie in.

    Where all lie in at least two folders, "label" is the folder's name. Where the folders at the
    top are called train, test and the like, they become "split" and the ones below the label.

    Args:
        names: path of each picture below the source's folder, parts separated by "/".
    """
    folders = [name.split("/")[:-1] for name in names]
    found: Labels = {}
    tops = {f[0].lower() if f else "" for f in folders}
    if "train" in {SPLIT_FOLDERS.get(top) for top in tops} and tops <= SPLIT_FOLDERS.keys():
        found["split"] = category([SPLIT_FOLDERS[f[0].lower()] for f in folders], NAMES)
        folders = [f[1:] for f in folders]
    labels = [f[0] if f else "" for f in folders]
    if "" not in labels and len(set(labels)) > 1:
        found["label"] = category(labels)
    return found


def from_table(
    path: Path, names: Sequence[str], known: Sequence[str]
) -> tuple[Labels, list[Skipped], int]:
    """Columns of metadata.csv for the pictures called `names`.

    Args:
        path: a CSV file in UTF-8 with a column "file_name": paths below the source's folder.
        names: the pictures that were read.
        known: all pictures that were found, readable or not.

    Returns:
        The columns, the rows whose picture was not found, and how many pictures have no row.

    Raises:
        UserError: the table cannot be read, or lacks the column "file_name".
    """
    fields, rows = _read(path)
    by_name = {_plain(row["file_name"]): row for row in rows}
    there = {_plain(name) for name in known}
    lost = [
        Skipped(n, f"in {path.name}, but there is no such picture")
        for n in by_name
        if n not in there
    ]
    matched = [by_name.get(_plain(name), {}) for name in names]
    found = {f: column(f, [row.get(f) or "" for row in matched]) for f in fields}
    return found, lost, sum(not row for row in matched)


def column(name: str, values: Sequence[str]) -> Column:
    """Text values as a column: numbers, else categories where they are few, else text.

    An empty value is a missing one.
    """
    present = [v for v in values if v]
    if name == "split":
        return _splits(values)
    distinct = set(present)
    few = len(distinct) <= CATEGORIES and 2 * len(distinct) <= len(present)
    if name.lower() in LABELS and few:
        return category(values)
    if present and all(_is_number(v) for v in present):
        return Column("number", np.array([float(v) if v else math.nan for v in values]))
    return category(values) if few else Column("text", np.array(values, dtype=np.str_))


def category(values: Sequence[str], names: Sequence[str] | None = None) -> Column:
    """A category from its values; `names` in natural order of numbers or alphabet if not given."""
    if names is None:
        present = {v for v in values if v}
        numeric = all(_is_number(v) for v in present)
        names = sorted(present, key=lambda v: (float(v) if numeric else 0.0, v))
    index = {name: i for i, name in enumerate(names)}
    return Column("category", np.array([index.get(v, -1) for v in values], np.int64), tuple(names))


def _splits(values: Sequence[str]) -> Column:
    plain = [SPLIT_FOLDERS.get(v.strip().lower(), v) for v in values]
    other = sorted({v for v in plain if v and v not in NAMES})
    if other:
        raise UserError(
            f"the column 'split' holds '{other[0]}': it must be one of {', '.join(NAMES)}."
        )
    return category(plain, NAMES)


def _read(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        line = text.partition("\n")[0]
        delimiter = max(",;\t", key=line.count)
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        fields = [f.strip() for f in reader.fieldnames or []]
        reader.fieldnames = fields
        rows = [{k: (v or "").strip() for k, v in row.items() if k in fields} for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"cannot read {path}: {error}; it must be CSV in UTF-8.") from error
    if "file_name" not in fields:
        has = ", ".join(fields) or "nothing"
        raise UserError(f"{path} needs a column 'file_name'; its first line has: {has}.")
    return [f for f in fields if f and f != "file_name"], rows


def _plain(name: str) -> str:
    """A path as it is compared: one form of accents, "/" between parts."""
    return unicodedata.normalize("NFC", name.replace("\\", "/").removeprefix("./"))


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return text.lower() == "nan"
