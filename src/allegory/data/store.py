"""The packed store: examples decoded once, kept content-addressed, memory-mapped afterwards."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import time
import zipfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from allegory.data.dataset import Column, Modes, Skipped
from allegory.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from numpy.typing import NDArray

__all__ = [
    "Packed",
    "Writer",
    "cache_folder",
    "key_of",
    "packed",
    "saved",
    "storage",
    "workshop",
]

FORMAT = 1
"""Raised when what the store holds, or how pictures are decoded into it, changes."""

STALE = 24 * 3600.0
"""Seconds after which a half-built store that a killed process left behind is removed."""


@dataclass(frozen=True)
class Packed:
    """Every example of a source in one memory-mapped array, and what is known of them."""

    key: str
    """Names what determined the content: the source, its files, the way they were read."""
    examples: NDArray[np.generic]
    """uint8 (n, height, width, channels) or float32 (n, size), read-only, mapped from disk."""
    digests: NDArray[np.uint64]
    """(n,): one digest an example; equal digests, equal examples."""
    fingerprint: str
    """Digest of all examples in their order."""
    columns: dict[str, Column]
    skipped: tuple[Skipped, ...]
    info: dict[str, Any]
    """Anything else the source found out, as JSON values: notes, histograms."""
    log_density: Callable[[NDArray[np.float64]], NDArray[np.float64]] | None = None
    """The exact log-density in nats, of a source that knows it."""
    modes: Modes | None = None
    """The Gaussians that they come from, of a source that knows them."""


def cache_folder() -> Path:
    """Where stores and downloads are kept: $ALLEGORY_CACHE, else ~/.cache/allegory."""
    named = os.environ.get("ALLEGORY_CACHE")
    return Path(named).expanduser() if named else Path.home() / ".cache" / "allegory"


def key_of(kind: str, **what: Any) -> str:
    """The key of a store: `kind` and a digest of `what`, JSON values that fix its content."""
    text = json.dumps({"format": FORMAT, **what}, sort_keys=True)
    return f"{kind}-{hashlib.blake2b(text.encode(), digest_size=12).hexdigest()}"


def saved(key: str) -> Packed | None:
    """The store of this key, or None where there is none that is whole and readable."""
    folder = cache_folder() / "packed" / key
    try:
        info = json.loads((folder / "info.json").read_text(encoding="utf-8"))
        examples = np.load(folder / "examples.npy", mmap_mode="r", allow_pickle=False)
        # the file is opened here since NumPy forgets to close one that is no archive
        with (
            (folder / "columns.npz").open("rb") as file,
            np.load(file, allow_pickle=False) as arrays,
        ):
            values = {name: arrays[name] for name in arrays.files}
        columns = {
            c["name"]: Column(c["kind"], values[f"column{i}"], tuple(c["names"]))
            for i, c in enumerate(info["columns"])
        }
        skipped = tuple(Skipped(**s) for s in info["skipped"])
        digests, fingerprint, found = values["digests"], info["fingerprint"], info["info"]
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None
    if len(digests) != len(examples):
        return None
    return Packed(key, examples, digests, fingerprint, columns, skipped, found)


def packed(key: str, build: Callable[[Writer], None]) -> Packed:
    """The store of this key; where there is none, `build` fills one.

    It is built in a folder of its own and renamed when whole: a process that is killed leaves
    nothing that is later taken for a store, and of two that build at once both succeed.

    Raises:
        UserError: the cache cannot be written, or `build` appended no example.
    """
    found = saved(key)
    if found is not None:
        return found
    home = cache_folder() / "packed"
    with workshop(home) as work:
        with Writer(work) as writer:
            build(writer)
            writer.finish()
        _place(work, home / key)
    found = saved(key)
    if found is None:
        raise UserError(f"the cache in {home} was changed by something else: please try again.")
    return found


@dataclass
class Writer:
    """Fills a store: examples are appended in order, the rest is set before the end."""

    folder: Path
    columns: dict[str, Column] = field(default_factory=dict)
    """(n,) values each, for the n examples that were appended."""
    skipped: list[Skipped] = field(default_factory=list)
    info: dict[str, Any] = field(default_factory=dict)

    def __enter__(self) -> Writer:
        with storage():
            self._file = (self.folder / "examples.npy").open("w+b")
        self._shape: tuple[int, ...] = ()
        self._dtype = np.dtype(np.uint8)
        self._digests: list[NDArray[np.uint64]] = []
        self._whole = hashlib.blake2b(digest_size=12)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        # on a full disk closing fails once more, and would hide the error that says so
        with contextlib.suppress(OSError):
            self._file.close()

    def append(self, examples: NDArray[np.generic]) -> None:
        """Add examples, (n, ...) of the same shape and type each time."""
        if not len(examples):
            return
        rows = np.ascontiguousarray(examples)
        with storage():
            if not self._digests:
                self._shape, self._dtype = rows.shape[1:], rows.dtype
                self._header(0)
            self._file.write(rows.data)
        digests = np.fromiter((_digest(row) for row in rows), np.uint64, len(rows))
        self._digests.append(digests)
        self._whole.update(digests.tobytes())

    def finish(self) -> None:
        """Write everything that is not yet on disk."""
        if not self._digests:
            raise UserError("there are no examples in this source.")
        digests = np.concatenate(self._digests)
        for what in (*self._shape, self._dtype.str):
            self._whole.update(f" {what}".encode())
        arrays = {f"column{i}": c.values for i, c in enumerate(self.columns.values())}
        info = {
            "fingerprint": self._whole.hexdigest(),
            "columns": [
                {"name": n, "kind": c.kind, "names": list(c.names)}
                for n, c in self.columns.items()
            ],
            "skipped": [asdict(s) for s in self.skipped],
            "info": self.info,
        }
        with storage():
            self._header(len(digests))
            _flush(self._file)
            with (self.folder / "columns.npz").open("wb") as file:
                np.savez(file, allow_pickle=False, digests=digests, **arrays)
                _flush(file)
            with (self.folder / "info.json").open("w", encoding="utf-8") as file:
                json.dump(info, file)
                _flush(file)

    def _header(self, n: int) -> None:
        """(Re)write the header of the .npy file: its length does not depend on n."""
        self._file.seek(0)
        shape = (n, *self._shape)
        descr = np.lib.format.dtype_to_descr(self._dtype)
        entries = {"descr": descr, "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(self._file, entries)


def _digest(row: NDArray[np.generic]) -> int:
    return int.from_bytes(hashlib.blake2b(row.tobytes(), digest_size=8).digest(), "little")


def _flush(file: Any) -> None:
    file.flush()
    os.fsync(file.fileno())


def _place(work: Path, target: Path) -> None:
    """Rename a finished store to its place, unless another process was first."""
    with storage():
        if target.exists() and saved(target.name) is None:
            # what stands there is damaged: rename it away first, since removing is not atomic
            away = Path(tempfile.mkdtemp(prefix=".tmp-", dir=target.parent))
            target.rename(away / "damaged")
            shutil.rmtree(away, ignore_errors=True)
        try:
            work.rename(target)
        except OSError:
            if not target.exists():
                raise


@contextlib.contextmanager
def workshop(home: Path) -> Iterator[Path]:
    """A new folder below `home` to build in, gone at the end unless it was renamed.

    What killed processes have left there is removed after a day.
    """
    with storage():
        home.mkdir(parents=True, exist_ok=True)
        for left in home.glob(".tmp-*"):
            with contextlib.suppress(OSError):
                if time.time() - max(p.stat().st_mtime for p in (left, *left.iterdir())) > STALE:
                    shutil.rmtree(left, ignore_errors=True)
        work = Path(tempfile.mkdtemp(prefix=".tmp-", dir=home))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextlib.contextmanager
def storage() -> Iterator[None]:
    """Say in a sentence that the cache cannot be written, and what to do about it."""
    try:
        yield
    except OSError as error:
        raise UserError(
            f"cannot write to the cache {cache_folder()}: {error.strerror or error}; "
            "make room there, or set ALLEGORY_CACHE to another folder."
        ) from error
