"""Domains: the pictures of one side of pairs, from a source, from pairs or from conditions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import numpy as np

from allegory.data.conditions import rows_where
from allegory.data.dataset import Column, Skipped
from allegory.errors import UserError
from allegory.media import MODES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from allegory.data.store import Packed

__all__ = ["Side", "by_label", "file_names", "second", "side_of", "sides_of", "within"]


@dataclass(frozen=True)
class Side:
    """The pictures of one domain."""

    name: str
    key: str
    """Names what determined them."""
    examples: NDArray[np.generic]
    """uint8 (n, h, w, channels)"""
    media: dict[str, Any]
    """Fields of `Images`."""
    digests: NDArray[np.uint64]
    """(n,)"""
    columns: dict[str, Column] = field(default_factory=dict)
    skipped: tuple[Skipped, ...] = ()
    root: Path | None = None
    """Where the files lie, of a folder."""
    rows: NDArray[np.int64] | None = None
    """(n,): which of the examples are its own, as digests and columns have it; None: all."""

    def part(self, rows: NDArray[np.int64], name: str) -> Side:
        """These rows of it, under another name; nothing is copied but what is known of them."""
        columns = {k: replace(c, values=c.values[rows]) for k, c in self.columns.items()}
        here = rows if self.rows is None else self.rows[rows]
        key = f"{self.key} {name}"
        return replace(
            self, name=name, key=key, rows=here, digests=self.digests[rows], columns=columns
        )

    def take(self, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        """These of its pictures, (n, h, w, channels)."""
        at = rows if self.rows is None else self.rows[rows]
        return np.asarray(self.examples[at], dtype=np.uint8)


def side_of(found: Packed, source: str) -> Side:
    """The store of a source of pictures as a domain.

    Raises:
        UserError: it holds no pictures.
    """
    found = second(found) if "pairs" in found.info else found
    media = found.info["media"]
    if media is None:
        raise UserError(f"'{source}' holds vectors: only pictures are translated.")
    path = Path(source)
    return Side(
        path.stem if path.is_file() else path.name,
        found.key,
        found.examples,
        media,
        found.digests,
        found.columns,
        found.skipped,
        path if path.is_dir() else None,
    )


def sides_of(found: Packed) -> tuple[Side, Side]:
    """The two domains of a store of pairs."""
    about = found.info["pairs"]
    a, b = halves(found)
    key, digests, skipped = found.key, found.digests, found.skipped
    names = about["names"]
    return (
        Side(names[0], f"{key} a", a, about["a"], digests, found.columns, skipped),
        Side(names[1], f"{key} b", b, about["b"], digests, found.columns),
    )


def halves(found: Packed) -> tuple[NDArray[np.generic], NDArray[np.generic]]:
    """The first and the second pictures of a store of pairs, as views."""
    channels = MODES[found.info["pairs"]["a"]["mode"]]
    return found.examples[..., :channels], found.examples[..., channels:]


def second(found: Packed) -> Packed:
    """A store of pairs as one of its second pictures alone."""
    _, b = halves(found)
    return replace(found, examples=b, info={**found.info, "media": found.info["pairs"]["b"]})


def by_label(a: Side, *, bare: bool) -> tuple[Side, Side] | None:
    """Two domains of a folder with two folders in it; None of any other.

    With `bare` without their folders in the names of files.
    """
    label = a.columns.get("label")
    if a.root is None or label is None or len(label.names) != 2:
        return None
    if bare and not _apart(a, label):
        return None
    sides = []
    for k, name in enumerate(sorted(label.names)):
        rows = np.flatnonzero(label.values == label.names.index(name)).astype(np.int64)
        side = a.part(rows, name)
        if bare:
            names = [PurePath(str(file)).relative_to(name) for file in file_names(side)]
            column = Column("text", np.array([str(file) for file in names], np.str_))
            side = replace(side, columns={**side.columns, "file_name": column}, root=a.root / name)
        sides.append(side if not k else replace(side, skipped=()))
    return sides[0], sides[1]


def _apart(a: Side, label: Column) -> bool:
    """Whether the files of each label lie in a folder of its name, at the top."""
    tops = [PurePath(str(file)).parts[0] for file in file_names(a)]
    return all(
        label.names[int(k)] == top for k, top in zip(label.values, tops, strict=True) if k >= 0
    )


def within(a: Side, conditions: Sequence[str]) -> tuple[Side, Side]:
    """Two domains of one source: the examples of which each of two conditions holds.

    Raises:
        UserError: there are not two, no example meets one of them, or some meet both.
    """
    if len(conditions) != 2:
        raise UserError(
            f"--domains takes two conditions, such as label=cat label=dog, not {len(conditions)}."
        )
    found = [rows_where(a.columns, text, a.name) for text in conditions]
    both = int(np.isin(found[0], found[1]).sum())
    if both:
        raise UserError(
            f"{both:,} examples are in both domains, {conditions[0]} and {conditions[1]}."
        )
    names = [text.partition("=")[2] for text in conditions]
    columns = {text.partition("=")[0] for text in conditions}
    words = len(columns) == 1 and not any(".." in name for name in names)
    first, last = (
        a.part(rows, name if words else text)
        for rows, name, text in zip(found, names, conditions, strict=True)
    )
    return first, replace(last, skipped=())


def file_names(side: Side) -> NDArray[np.generic]:
    """Where its pictures lie below their folder, (n,).

    Raises:
        UserError: they lie in none.
    """
    if "file_name" not in side.columns:
        raise UserError(f"pairs go by file name, and '{side.name}' is no folder of pictures.")
    return side.columns["file_name"].values
