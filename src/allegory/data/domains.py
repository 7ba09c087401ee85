"""One domain of pairs as a data set of its own, and both as one whose label tells them apart."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from allegory.data.dataset import Column, Dataset
from allegory.data.join import end_to_end
from allegory.data.sources.sounds import START
from allegory.data.store import key_of, packed
from allegory.media import Pairs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from allegory.data.store import Writer

__all__ = ["DOMAIN", "both_domains", "domain"]

DOMAIN = "domain"
"""The column that tells the domains apart."""
CHUNK = 1024


def domain(data: Dataset, name: str) -> Dataset:
    """The pictures of one domain of pairs, each once, in all their splits.

    Where pairs are shuffled, with what is known of this domain's pictures alone.
    """
    media, first = _media(data), data.media.names[0] == name  # type: ignore[union-attr]
    channels = media.a.channels
    store = data.store[..., :channels] if first else data.store[..., channels:]
    prefix = "a_" if first else "b_"
    columns = data.columns
    if not media.matched:
        columns = {
            key.removeprefix(prefix): column
            for key, column in columns.items()
            if key.startswith(prefix) and key != f"{prefix}row"
        }
    place = data.columns.get(f"{prefix}row")
    once = np.arange(len(data.store)) if place is None else np.unique(place.values, True)[1]
    return Dataset(
        name=f"{data.name} ({name})",
        media=media.of(name),
        store=store,
        rows=data.rows[np.isin(data.rows, once)],
        columns=columns,
        splits={split: rows[np.isin(rows, once)] for split, rows in data.splits.items()},
        fingerprint=data.fingerprint and f"{data.fingerprint} {name}",
    )


def both_domains(data: Dataset) -> Dataset | None:
    """The pictures of both domains, one after the other; None where their channels differ.

    Numbers and categories that are known of both are kept, beside "domain". They are packed when
    first asked for, and kept in the cache as other data are.
    """
    media = _media(data)
    if media.a.mode != media.b.mode:
        return None
    sides = [domain(data, name) for name in media.names]
    parts = [np.sort(np.concatenate([*side.splits.values()])) for side in sides]
    sizes = [len(part) for part in parts]
    starts = (0, sizes[0])

    def build(writer: Writer) -> None:
        for side, part in zip(sides, parts, strict=True):
            for at in range(0, len(part), CHUNK):
                writer.append(np.asarray(side.store[part[at : at + CHUNK]]))

    key = key_of("domains", of=data.fingerprint or _digest(data.store), rows=_digest(*parts))
    found = packed(key, build)
    columns = _in_common([side.columns for side in sides], parts)
    columns[DOMAIN] = Column("category", np.repeat(np.array([0, 1]), sizes), media.names)
    return Dataset(
        name=data.name,
        media=media.a,
        store=found.examples,
        rows=np.arange(sum(sizes), dtype=np.int64),
        columns=columns,
        splits={
            split: np.concatenate(
                [
                    start + _places(part, side.splits[split])
                    for start, part, side in zip(starts, parts, sides, strict=True)
                ]
            )
            for split in data.splits
        },
        fingerprint=f"{data.fingerprint} both" if data.fingerprint else found.fingerprint,
    )


def _in_common(
    columns: Sequence[Mapping[str, Column]], parts: Sequence[NDArray[np.int64]]
) -> dict[str, Column]:
    """What both know, by a name and as numbers or as categories, of these rows of each."""
    first, last = columns
    sizes, found = [len(part) for part in parts], {}
    for name in first.keys() & last.keys() - {START, "split"}:
        known = [side[name] for side in columns]
        if {column.kind for column in known} in ({"number"}, {"category"}):
            rows = [replace(c, values=c.values[p]) for c, p in zip(known, parts, strict=True)]
            found[name] = end_to_end(name, rows, sizes)
    return {name: found[name] for name in first if name in found}


def _media(data: Dataset) -> Pairs:
    data.require(Pairs, "what translates")
    assert isinstance(data.media, Pairs)
    return data.media


def _places(part: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.flatnonzero(np.isin(part, rows)).astype(np.int64)


def _digest(*arrays: NDArray[np.generic]) -> str:
    digest = hashlib.blake2b(digest_size=12)
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
