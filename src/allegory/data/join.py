"""Two sources as one: positives and negatives, told apart by their label."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from allegory.data.dataset import Column
from allegory.data.store import key_of, packed
from allegory.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from allegory.data.store import Packed, Writer

__all__ = ["LABEL", "end_to_end", "joined", "parts_of"]

LABEL = "label"
"""The column that tells them apart."""
OWN_LABEL = "own_label"
"""What a source's column of that name is called then."""
CLASSES = ("negative", "positive")
KINDS = {"number": "numbers", "category": "categories", "text": "text"}
CHUNK = 1024


def joined(positives: Packed, negatives: Packed) -> Packed:
    """The examples of both, positives first.

    What only one of them knows is missing of the other's examples.

    Raises:
        UserError: they are the same, or differ in the shape of examples or the kind of a column.
    """
    if positives.fingerprint == negatives.fingerprint:
        raise UserError("positives and negatives are the same: there is nothing to tell apart.")
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
    columns = [_renamed(part.columns) for part in (positives, negatives)]
    writer.columns = {
        name: end_to_end(name, [known.get(name) for known in columns], sizes)
        for name in dict.fromkeys((*columns[0], *columns[1]))
    }
    writer.columns[LABEL] = Column("category", np.repeat(np.array([1, 0]), sizes), CLASSES)
    writer.skipped = [*positives.skipped, *negatives.skipped]
    notes = [*positives.info.get("notes", []), *negatives.info.get("notes", [])]
    both = int(np.isin(positives.digests, negatives.digests).sum())
    if both:
        notes.append(f"{both:,} of {sizes[0]:,} positives are among the negatives as well.")
    writer.info = {"media": positives.info["media"], "notes": notes, "parts": sizes}


def parts_of(found: Packed) -> list[slice]:
    """The rows of each of the sources that a store was joined from; of one source, all."""
    ends = np.cumsum([0, *found.info.get("parts", [len(found.examples)])]).tolist()
    return [slice(start, stop) for start, stop in pairwise(ends)]


def _renamed(columns: Mapping[str, Column]) -> dict[str, Column]:
    return {OWN_LABEL if name == LABEL else name: column for name, column in columns.items()}


def end_to_end(name: str, parts: Sequence[Column | None], sizes: Sequence[int]) -> Column:
    """One column of both parts' examples; None where a part has no such column.

    Whether words are categories or text depends on how often they repeat, which may differ: both
    are text then.

    Raises:
        UserError: one holds numbers, the other words.
    """
    parts = [part if part is None or _holds(part) else None for part in parts]
    kinds = dict.fromkeys(part.kind for part in parts if part is not None)
    if kinds.keys() == {"category", "text"}:
        parts = [part and _as_text(part) for part in parts]
        kinds = {"text": None}
    if len(kinds) > 1:
        raise UserError(
            f"the column '{name}' holds {' in one source and '.join(KINDS[k] for k in kinds)} in "
            "the other: rename one of them."
        )
    if not kinds:
        return Column("category", np.full(sum(sizes), -1, np.int64))
    (kind,) = kinds
    if kind == "category":
        names = tuple(dict.fromkeys(n for part in parts if part is not None for n in part.names))
        places = {n: k for k, n in enumerate(names)}
        values = [
            np.full(n, -1) if part is None else _moved(part, places)
            for part, n in zip(parts, sizes, strict=True)
        ]
        return Column("category", np.concatenate(values).astype(np.int64), names)
    missing = np.nan if kind == "number" else ""
    both = [
        np.full(n, missing) if part is None else part.values
        for part, n in zip(parts, sizes, strict=True)
    ]
    return Column(kind, np.concatenate(both))


def _holds(part: Column) -> bool:
    """Whether it has a value: a column of nothing is read as one of no categories."""
    return part.kind != "category" or bool(part.names)


def _as_text(part: Column) -> Column:
    if part.kind == "text":
        return part
    names = np.array([*part.names, ""], dtype=np.str_)
    return Column("text", names[part.values.astype(np.int64)])


def _moved(part: Column, places: dict[str, int]) -> NDArray[np.int64]:
    """The indices of a category, among the names of both parts."""
    table = np.array([*(places[name] for name in part.names), -1], dtype=np.int64)
    return table[part.values.astype(np.int64)]


def _shape(examples: NDArray[np.generic]) -> str:
    return f"{'x'.join(map(str, examples.shape[1:]))} {examples.dtype}"
