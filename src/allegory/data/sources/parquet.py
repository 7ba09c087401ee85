"""Parquet files with pictures or sounds inside, as hubs share data sets: unpacked into a folder.

A row is an example. Its picture or sound is an encoded file, in a column of bytes or of records
with bytes, as the package datasets writes them; columns of numbers and text say what is known of
it. The folder is kept in the cache and read as any folder is, so that the same rules hold.
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allegory.data.labels import SPLIT_FOLDERS
from allegory.data.scan import METADATA, PARQUET
from allegory.data.store import cache_folder, key_of, storage, workshop
from allegory.errors import UserError
from allegory.progress import track

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["tables_in", "unpacked"]

ROWS = 256
"""Rows that are read at once."""
STARTS = {
    b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"GIF8": ".gif", b"BM": ".bmp", b"II*\0": ".tif",
    b"MM\0*": ".tif", b"fLaC": ".flac", b"OggS": ".ogg", b"ID3": ".mp3", b"\xff\xfb": ".mp3",
}  # fmt: skip
"""What files of a format begin with."""
RIFF = {b"WEBP": ".webp", b"WAVE": ".wav"}
"""And at their ninth byte, after RIFF."""
SPLIT = re.compile(rf"(?<![a-z])(?:{'|'.join(SPLIT_FOLDERS)})(?![a-z])", re.IGNORECASE)


@dataclass(frozen=True)
class Layout:
    """Which columns of a table are what."""

    content: str
    """The encoded pictures or sounds."""
    known: tuple[str, ...]
    """Numbers and text."""
    names: dict[str, list[str]]
    """Of columns of class indices, the names of the classes."""


def tables_in(path: Path) -> tuple[Path, ...]:
    """The Parquet files below a folder, by name."""
    return tuple(sorted(p for p in path.rglob("*") if p.suffix.lower() == PARQUET and p.is_file()))


def unpacked(tables: Sequence[Path]) -> Path:
    """The folder with the pictures or sounds of Parquet files with the same columns.

    Files that are called after splits (train-00000.parquet, test/0000.parquet) give the column
    "split", if one is of training.

    Raises:
        UserError: pyarrow is not installed, or a file can't be read, or holds no such column.
    """
    stamps = [(str(p.resolve()), p.stat().st_size, p.stat().st_mtime_ns) for p in tables]
    place = cache_folder() / "unpacked" / key_of("parquet", tables=stamps)
    if not place.exists():
        with workshop(place.parent) as work, storage():
            _unpack(tables, work)
            if not place.exists():
                work.rename(place)
    return place


def _unpack(tables: Sequence[Path], place: Path) -> None:
    """Write each example as a file, and what is known of it into metadata.csv."""
    layout = _layout(tables[0])
    splits = [_split(path) for path in tables]
    if "train" not in splits or None in splits or len(set(splits)) == 1:
        splits = [None] * len(tables)
    known = [name for name in layout.known if name not in ("file_name", "split")]
    fields = ["file_name", *known, *(["split"] if splits[0] else [])]
    count = sum(_open(path).metadata.num_rows for path in tables)
    with (
        (place / METADATA).open("w", encoding="utf-8", newline="") as file,
        track("unpacking", count) as advance,
    ):
        table = csv.DictWriter(file, fields, extrasaction="ignore")
        table.writeheader()
        done = 0
        for path, split in zip(tables, splits, strict=True):
            for row in _rows(path, layout):
                content = _bytes(row[layout.content])
                name = f"{done:07d}{_extension(content)}"
                (place / name).write_bytes(content)
                table.writerow({**_told(row, layout), "file_name": name, "split": split})
                done += 1
                advance(1)


def _open(path: Path) -> Any:
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise UserError(
            f"{path.name} needs pyarrow: pip install 'allegory[parquet]' brings it."
        ) from None
    try:
        return ParquetFile(path)
    except (OSError, ArrowException) as error:
        raise UserError(f"cannot read {path}: {str(error).partition(chr(10))[0]}.") from error


def _rows(path: Path, layout: Layout) -> Iterator[dict[str, Any]]:
    """The rows of a file, with the columns of the layout."""
    file = _open(path)
    wanted = [layout.content, *layout.known]
    lacking = set(wanted) - set(file.schema_arrow.names)
    if lacking:
        raise UserError(f"{path.name} has no column '{min(lacking)}', which other files have.")
    for batch in file.iter_batches(ROWS, columns=wanted):
        yield from batch.to_pylist()


def _layout(path: Path) -> Layout:
    """Which columns of this file are what: by what the package datasets notes, else by types.

    Raises:
        UserError: no column can hold pictures or sounds.
    """
    schema = _open(path).schema_arrow
    from pyarrow import types

    noted = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
    features = noted.get("info", {}).get("features", {})

    def holds(field: Any) -> bool:
        kind = field.type
        inside = types.is_struct(kind) and kind.get_field_index("bytes") >= 0
        return bool(inside or types.is_binary(kind) or types.is_large_binary(kind))

    marked = [n for n, f in features.items() if f.get("_type") in ("Image", "Audio")]
    content = [f.name for f in schema if holds(f)]
    first = next((name for name in marked if name in content), next(iter(content), None))
    if first is None:
        raise UserError(
            f"{path.name} holds no pictures and no sounds: of its columns, "
            f"{', '.join(schema.names)}, none has bytes."
        )
    plain = (
        *(types.is_boolean, types.is_integer, types.is_floating),
        *(types.is_string, types.is_large_string, types.is_dictionary),
    )
    known = tuple(f.name for f in schema if any(is_so(f.type) for is_so in plain))
    names = {n: f["names"] for n, f in features.items() if f.get("_type") == "ClassLabel"}
    return Layout(first, known, names)


def _split(path: Path) -> str | None:
    """The split that a file is called after, by its name or else its folder's."""
    for text in (path.stem, path.parent.name):
        found = SPLIT.search(text)
        if found:
            return SPLIT_FOLDERS[found[0].lower()]
    return None


def _bytes(content: Any) -> bytes:
    """What a row holds: an encoded file; nothing where it is missing."""
    if isinstance(content, dict):
        content = content.get("bytes")
    return content or b""


def _extension(content: bytes) -> str:
    """The extension of a file with this content; of one that is not known, that of a picture."""
    if content[:4] == b"RIFF":
        return RIFF.get(content[8:12], ".png")
    return next((end for start, end in STARTS.items() if content.startswith(start)), ".png")


def _told(row: dict[str, Any], layout: Layout) -> dict[str, Any]:
    """The known values of a row; of class indices the names, and nothing where there is none."""
    told = {name: row[name] for name in layout.known}
    for name, classes in layout.names.items():
        index = told.get(name)
        told[name] = classes[index] if isinstance(index, int) and 0 <= index < len(classes) else ""
    return told
