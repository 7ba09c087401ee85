"""What lies in a folder: pictures and sounds at any depth, what else was passed over."""

from __future__ import annotations

import os
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from allegory.data.dataset import Skipped
from allegory.data.reasons import Unreadable, of_system
from allegory.data.waveforms import SOUNDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

__all__ = ["EXTENSIONS", "METADATA", "PARQUET", "Found", "Scan", "readable", "scan", "threaded"]

EXTENSIONS = frozenset(
    [
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jfif",
        ".png",
        ".apng",
        ".webp",
        ".gif",
        ".bmp",
        ".dib",
        ".tif",
        ".tiff",
        ".ppm",
        ".pgm",
        ".pbm",
        ".pnm",
        ".jp2",
        ".j2k",
        ".jpx",
        ".avif",
        ".avifs",
        ".qoi",
        ".pcx",
        ".sgi",
    ]
)
"""What marks a file as a picture, in upper or lower case."""

PARQUET = ".parquet"
"""What marks a table with pictures or sounds inside."""

IGNORED = ("__MACOSX",)
METADATA = "metadata.csv"
"""The table that describes the files of a folder."""
CHUNK = 256

A = TypeVar("A")
B = TypeVar("B")


@dataclass(frozen=True)
class Found:
    """A file that may be a picture or a sound."""

    path: str
    name: str
    """Path below the folder, with "/" between parts, fit to be printed."""
    size: int
    """Bytes; -1 where the file system did not say."""
    changed: int
    """Time of the last change, in nanoseconds."""


@dataclass(frozen=True)
class Scan:
    """The content of a folder."""

    root: Path
    files: tuple[Found, ...]
    """In natural order: 2.png before 10.png."""
    ignored: dict[str, int]
    """Other files: how many of each extension."""
    skipped: tuple[Skipped, ...]
    """Sub-folders that cannot be entered."""
    metadata: Found | None
    """The table that describes the files, if there is one."""
    sounds: tuple[Found, ...] = ()
    """In natural order, as the pictures."""


def scan(root: Path) -> Scan:
    """List pictures and sounds below `root` (or `root` itself where it is a file) by their names.

    Links to folders are followed, each folder is entered once; hidden files are passed over.
    """
    if root.is_file():
        alone = (_file(root.name, str(root)),)
        heard = root.suffix.lower() in SOUNDS
        return Scan(root.parent, () if heard else alone, {}, (), None, alone if heard else ())
    files: list[Found] = []
    sounds: list[Found] = []
    ignored: Counter[str] = Counter()
    skipped: list[Skipped] = []
    metadata = None
    for name, path in _walk(root, skipped):
        extension = os.path.splitext(name)[1].lower()  # noqa: PTH122
        if extension in EXTENSIONS:
            files.append(_file(name, path))
        elif extension in SOUNDS:
            sounds.append(_file(name, path))
        elif name == METADATA:
            metadata = _file(name, path)
        else:
            ignored[extension or "no extension"] += 1
    for listed in (files, sounds):
        listed.sort(key=lambda f: _natural(f.name))
    by_count = dict(sorted(ignored.items(), key=lambda item: (-item[1], item[0])))
    return Scan(root, tuple(files), by_count, tuple(skipped), metadata, tuple(sounds))


def readable(text: str) -> str:
    """Text fit to be printed and stored: bytes of a file name that are no UTF-8 are escaped."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def threaded(
    work: Callable[[A], B], items: Sequence[A], done: Callable[[int], None]
) -> Iterator[list[B | Skipped]]:
    """Apply `work` to all items in threads, in order, some hundred at a time.

    What raises Unreadable is given as Skipped, with an empty path. After each group `done` is told
    how many it had.
    """

    def safe(item: A) -> B | Skipped:
        try:
            return work(item)
        except Unreadable as error:
            return Skipped("", error.reason)

    with ThreadPoolExecutor(min(32, os.cpu_count() or 1)) as pool:
        for start in range(0, len(items), CHUNK):
            chunk = list(pool.map(safe, items[start : start + CHUNK]))
            yield chunk
            done(len(chunk))


def _walk(root: Path, skipped: list[Skipped]) -> Iterator[tuple[str, str]]:
    """Yield (name, path) of everything that is no folder, or that is called like a picture."""
    entered: set[tuple[int, int]] = set()
    waiting = [("", str(root))]
    while waiting:
        prefix, folder = waiting.pop()
        try:
            status = os.stat(folder)  # noqa: PTH116
            if (status.st_dev, status.st_ino) in entered:
                continue
            entered.add((status.st_dev, status.st_ino))
            entries = sorted(os.scandir(folder), key=lambda e: e.name)
        except OSError as error:
            skipped.append(Skipped(readable(prefix or str(root)), f"folder: {of_system(error)}"))
            continue
        for entry in entries:
            if entry.name.startswith(".") or entry.name in IGNORED:
                continue
            name = prefix + entry.name
            is_folder = _is_folder(entry)
            if is_folder:
                waiting.append((f"{name}/", entry.path))
            extension = os.path.splitext(name)[1].lower()  # noqa: PTH122
            if not is_folder or extension in EXTENSIONS or extension in SOUNDS:
                yield name, entry.path


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # a link that leads back to itself


def _file(name: str, path: str) -> Found:
    try:
        status = os.stat(path)  # noqa: PTH116
    except OSError:
        return Found(path, readable(name), -1, 0)
    return Found(path, readable(name), status.st_size, status.st_mtime_ns)


def _natural(name: str) -> list[tuple[int, int, str]]:
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    return [
        (0, int(p[:4000]), p) if p[0].isascii() and p[0].isdigit() else (1, 0, p.lower())
        for p in parts
    ]
