"""Data sets of the Hugging Face hub, by the name hf:OWNER/NAME: downloaded once, on request."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allegory.data.scan import PARQUET
from allegory.data.sources import folder, parquet
from allegory.data.store import cache_folder
from allegory.errors import UserError, unknown
from allegory.files import atomic
from allegory.progress import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allegory.data.settings import DataSettings
    from allegory.data.store import Packed

__all__ = ["HUB", "pack"]

HUB = "hf:"
"""Before the name of a data set: hf:OWNER/NAME, or hf:OWNER/NAME:PART where it has parts."""
REVISION = "refs/convert/parquet"
"""Where the hub keeps each public data set as Parquet files, PART/SPLIT/0000.parquet."""
USUAL = "default"


def pack(name: str, settings: DataSettings) -> Packed:
    """Pack a data set of the hub; its files are fetched where they are not in the cache.

    Raises:
        UserError: there is no such data set or part, no connection, or huggingface_hub is not
            installed.
    """
    owner, _, part = name.removeprefix(HUB).partition(":")
    place = cache_folder() / "downloads" / "hub" / owner.replace("/", "--")
    done = place / f".{part or USUAL}.whole"  # no name of a part begins with a dot
    tables = parquet.tables_in(place / done.read_text(encoding="utf-8")) if done.exists() else ()
    if not tables:
        _fetch(owner, part, place, done)
        tables = parquet.tables_in(place / done.read_text(encoding="utf-8"))
    return folder.pack(parquet.unpacked(tables), settings)


def _fetch(owner: str, part: str, place: Path, done: Path) -> None:
    """Download the Parquet files of a part, and note its name once all are there."""
    hub = _hub()
    asked = {"repo_type": "dataset", "revision": REVISION}
    with _said(owner):
        files = hub.list_repo_files(owner, **asked)
    chosen = _part(owner, part, [Path(f) for f in files if f.endswith(PARQUET)])
    say(f"downloading {HUB}{owner}, part '{chosen}', to {place}")
    with _said(owner):
        hub.snapshot_download(owner, local_dir=place, allow_patterns=[f"{chosen}/*"], **asked)
    with atomic(done) as file:
        file.write(chosen.encode())


@contextmanager
def _said(owner: str) -> Iterator[None]:
    """Say in a sentence what goes wrong in a block that asks the hub.

    Raises:
        UserError: anything did.
    """
    try:
        yield
    except Exception as error:  # whatever its transport raises: no names of it are promised
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise UserError(
            f"cannot download {HUB}{owner}: {reason} (is it public, and is there a connection?)"
        ) from error


def _part(owner: str, part: str, files: list[Path]) -> str:
    """The part that is asked for, or the only or usual one.

    Raises:
        UserError: there is none such.
    """
    parts = sorted({file.parts[0] for file in files})
    if not parts:
        raise UserError(f"{HUB}{owner} is not kept as Parquet: download it, and give its folder.")
    if part:
        if part not in parts:
            raise unknown("part", part, parts)
        return part
    if len(parts) > 1 and USUAL not in parts:
        raise UserError(
            f"{HUB}{owner} has several parts: say which, as in {HUB}{owner}:{parts[0]}; there are "
            f"{', '.join(parts)}."
        )
    return USUAL if USUAL in parts else parts[0]


def _hub() -> Any:
    try:
        import huggingface_hub
    except ImportError:
        raise UserError(
            f"'{HUB}' needs huggingface_hub: pip install 'allegory[hub]' brings it."
        ) from None
    return huggingface_hub
