"""Two sources as one: positives and negatives, told apart by their label."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allegory.data.dataset import Column
from allegory.data.store import key_of, packed
from allegory.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from allegory.data.store import Packed, Writer

__all__ = ["LABEL", "joined"]

LABEL = "label"
"""The column that tells them apart; a column of that name in a source gives way to it."""
CLASSES = ("negative", "positive")
CHUNK = 1024


def joined(positives: Packed, negatives: Packed) -> Packed:
    """The examples of both, positives first.

    What only one of them knows is missing of the other's examples.

    Raises:
        UserError: their examples differ in shape or type, or a column in kind.
    """
    a, b = positives.examples, negatives.examples
    if a.shape[1:] != b.shape[1:] or a.dtype != b.dtype:
        raise UserError(
            f"positives and negatives can't be joined: their examples are {_shape(a)} and "
            f"{_shape(b)}."
        )
    key = key_of("joined", positives=positives.key, negatives=negatives.key)
    return packed(key, lambda writer: _build(writer, positives, negatives))


def _build(writer: Writer, positives: Packed, negatives: Packed) -> None:
    for part in (positives, negatives):
        for start in range(0, len(part.examples), CHUNK):
            writer.append(np.asarray(part.examples[start : start + CHUNK]))
    sizes = [len(positives.examples), len(negatives.examples)]
    names = dict.fromkeys((*positives.columns, *negatives.columns))
    writer.columns = {
        name: _end_to_end(name, [p.columns.get(name) for p in (positives, negatives)], sizes)
        for name in names
        if name != LABEL
    }
    writer.columns[LABEL] = Column("category", np.repeat(np.array([1, 0]), sizes), CLASSES)
    writer.skipped = [*positives.skipped, *negatives.skipped]
    notes = [*positives.info.get("notes", []), *negatives.info.get("notes", [])]
    writer.info = {"media": positives.info["media"], "notes": notes}


def _end_to_end(name: str, parts: Sequence[Column | None], sizes: Sequence[int]) -> Column:
    """One column of both parts' examples; None where a part has no such column.

    Raises:
        UserError: they are of different kinds.
    """
    kinds = {part.kind: part for part in parts if part is not None}
    if len(kinds) > 1:
        raise UserError(
            f"the column '{name}' holds {' in one source and '.join(f'{k}s' for k in kinds)} in "
            "the other: rename one of them."
        )
    (kind,) = kinds
    if kind == "category":
        names = tuple(dict.fromkeys(n for part in parts if part is not None for n in part.names))
        places = {n: k for k, n in enumerate(names)}
        values = [
            np.full(n, -1) if part is None else _renamed(part, places)
            for part, n in zip(parts, sizes, strict=True)
        ]
        return Column("category", np.concatenate(values).astype(np.int64), names)
    missing = np.nan if kind == "number" else ""
    both = [
        np.full(n, missing) if part is None else part.values
        for part, n in zip(parts, sizes, strict=True)
    ]
    return Column(kind, np.concatenate(both))


def _renamed(part: Column, places: dict[str, int]) -> NDArray[np.int64]:
    """The indices of a category, among the names of both parts."""
    table = np.array([*(places[name] for name in part.names), -1], dtype=np.int64)
    return table[part.values.astype(np.int64)]


def _shape(examples: NDArray[np.generic]) -> str:
    return f"{'x'.join(map(str, examples.shape[1:]))} {examples.dtype}"
