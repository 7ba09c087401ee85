"""One domain of pairs as a data set of its own, and both as one whose label tells them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allegory.data.dataset import Column, Dataset
from allegory.media import Pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["DOMAIN", "both_domains", "domain"]

DOMAIN = "domain"
"""The column that tells the domains apart."""


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
    """The pictures of both domains, held in memory; None where their channels differ.

    Only columns of numbers that are known of both are kept, beside "domain".
    """
    media = _media(data)
    if media.a.mode != media.b.mode:
        return None
    a, b = (domain(data, name) for name in media.names)
    parts = [np.sort(np.concatenate([*side.splits.values()])) for side in (a, b)]
    starts = (0, len(parts[0]))
    columns = {
        name: Column(
            "number",
            np.concatenate(
                [s.columns[name].values[p] for s, p in zip((a, b), parts, strict=True)]
            ),
        )
        for name, column in a.columns.items()
        if column.kind == "number" and name in b.columns and b.columns[name].kind == "number"
    }
    columns[DOMAIN] = Column(
        "category", np.repeat([0, 1], [len(p) for p in parts]).astype(np.int64), media.names
    )
    n = sum(map(len, parts))
    return Dataset(
        name=data.name,
        media=media.a,
        store=np.concatenate([s.store[p] for s, p in zip((a, b), parts, strict=True)]),
        rows=np.arange(n, dtype=np.int64),
        columns=columns,
        splits={
            split: np.concatenate(
                [
                    start + _places(part, side.splits[split])
                    for start, part, side in zip(starts, parts, (a, b), strict=True)
                ]
            )
            for split in data.splits
        },
        fingerprint=data.fingerprint and f"{data.fingerprint} both",
    )


def _media(data: Dataset) -> Pairs:
    data.require(Pairs, "what translates")
    assert isinstance(data.media, Pairs)
    return data.media


def _places(part: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.flatnonzero(np.isin(part, rows)).astype(np.int64)
