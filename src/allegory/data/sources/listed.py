"""What is said of any folder's examples: names, labels, what was passed over."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from allegory.data.dataset import Column
from allegory.data.labels import from_folders, from_table
from allegory.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allegory.data.dataset import Skipped
    from allegory.data.scan import Found, Scan
    from allegory.data.store import Packed, Writer

__all__ = ["SHOWN", "describe_files", "nothing_readable", "passed_over"]

SHOWN = 3
"""Reasons that an error quotes."""


def passed_over(found: Packed, ignored: dict[str, int], others: Sequence[Found]) -> Packed:
    """The store, with the files beside those packed: how many of each extension."""
    counts = Counter(Path(file.name).suffix.lower() for file in others) + Counter(ignored)
    folder = {**found.info["folder"], "ignored": dict(counts.most_common())}
    return replace(found, info={**found.info, "folder": folder})


def describe_files(
    writer: Writer, content: Scan, names: list[str], what: str = "pictures"
) -> None:
    """Set the columns: file names, labels from folders, then metadata.csv, which has the word.

    Args:
        writer: of the store.
        content: the folder's.
        names: of the file that each example is from.
        what: the files hold.
    """
    writer.columns["file_name"] = Column("text", np.array(names, dtype=np.str_))
    writer.columns.update(from_folders(names))
    if content.metadata is None:
        return
    known = [f.name for f in (*content.files, *content.sounds)]
    columns, lost, bare = from_table(Path(content.metadata.path), names, known)
    writer.columns.update(columns)
    writer.skipped += lost
    if bare:
        note = f"{bare:,} of {len(names):,} {what} have no row in {content.metadata.name}."
        writer.info.setdefault("notes", []).append(note)


def nothing_readable(what: str, root: Path, unreadable: list[Skipped]) -> UserError:
    """That nothing of `what` a folder holds can be read, with the first reasons."""
    first = "; ".join(f"{s.path}: {s.reason}" for s in unreadable[:SHOWN])
    return UserError(f"no {what} in {root} can be read, of {len(unreadable)}: {first}.")
