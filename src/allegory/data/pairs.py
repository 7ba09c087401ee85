"""Pairs: two pictures side by side as one example, matched by name, derived, or any with any."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import numpy as np

from allegory.data.conditions import rows_where
from allegory.data.dataset import Column, Skipped
from allegory.data.derive import DERIVATIONS
from allegory.data.pictures import quiet, read_header
from allegory.data.plan import plan_size
from allegory.data.split import NAMES, split, together
from allegory.data.store import key_of, packed
from allegory.errors import UserError
from allegory.media import MODES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from allegory.data.settings import DataSettings
    from allegory.data.store import Packed, Writer

__all__ = [
    "Side",
    "by_label",
    "derived",
    "doubled_size",
    "halved",
    "matched",
    "second",
    "shuffled",
    "side_of",
    "sides_of",
    "within",
]

CHUNK = 1024
SHOWN = 3
ASPECT = 0.02
"""Share by which the aspects of two matched pictures may differ: more is cropped apart."""


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

    def part(self, rows: NDArray[np.int64], name: str) -> Side:
        """These rows of it, under another name."""
        columns = {k: replace(c, values=c.values[rows]) for k, c in self.columns.items()}
        examples, digests = self.examples[rows], self.digests[rows]
        key = f"{self.key} {name}"
        return replace(
            self, name=name, key=key, examples=examples, digests=digests, columns=columns
        )


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


def matched(a: Side, b: Side) -> Packed:
    """Pairs of pictures whose file names agree but for the suffix.

    What has no partner, or one of another shape, is skipped and listed.

    Raises:
        UserError: no two names agree.
    """
    stems = [_stems(side) for side in (a, b)]
    both = [name for name in stems[0] if name in stems[1]]
    lone = [*_lone(a, stems[0], b, stems[1]), *_lone(b, stems[1], a, stems[0])]
    if not both:
        raise UserError(
            f"no picture of {a.name} has the name of one of {b.name}: it begins with "
            f"{_some(stems[0])}, the other with {_some(stems[1])}. Pairs go by file name; what is "
            "not paired is for a recipe such as cyclegan."
        )
    rows = np.array([[stem[name] for stem in stems] for name in both], np.int64).T
    fits, odd = _fitting(a, b, rows)
    columns = {name: replace(c, values=c.values[fits[0]]) for name, c in a.columns.items()}
    if not fits.size:
        raise UserError(f"the pictures of {a.name} and {b.name} differ in shape: {odd[0].reason}.")
    skipped = (*a.skipped, *b.skipped, *lone, *odd)
    return _packed(a, b, fits, columns, skipped, names=(a.name, b.name), kind="matched")


def derived(a: Side, how: str) -> Packed:
    """Pairs of what is derived from each picture, and the picture."""
    key = key_of("derived", of=a.key, how=how)
    derive = DERIVATIONS[how]

    def build(writer: Writer) -> None:
        for start in range(0, len(a.examples), CHUNK):
            pictures = np.asarray(a.examples[start : start + CHUNK])
            writer.append(np.concatenate([derive(pictures), pictures], axis=3))
        mode = a.media["mode"] if how == "low-resolution" else "L"
        writer.columns, writer.skipped = dict(a.columns), list(a.skipped)
        about = {"a": {**a.media, "mode": mode}, "b": a.media, "matched": True}
        writer.info = {"media": None, "pairs": {**about, "names": [how, "picture"]}}

    return packed(key, build)


def halved(found: Packed) -> Packed:
    """Pairs from pictures that hold two, one beside the other."""
    media = {**found.info["media"], "width": found.info["media"]["width"] // 2}

    def build(writer: Writer) -> None:
        for start in range(0, len(found.examples), CHUNK):
            both = np.asarray(found.examples[start : start + CHUNK])
            writer.append(np.concatenate(np.split(both, 2, axis=2), axis=3))
        writer.columns, writer.skipped = dict(found.columns), list(found.skipped)
        about = {"a": media, "b": media, "matched": True, "names": ["left", "right"]}
        writer.info = {**found.info, "media": None, "pairs": about}

    return packed(key_of("halved", of=found.key), build)


def by_label(a: Side, *, bare: bool) -> tuple[Side, Side] | None:
    """Two domains of a folder with two folders in it; None of any other.

    With `bare` without their folders in the names of files.
    """
    label = a.columns.get("label")
    if a.root is None or label is None or len(label.names) != 2:
        return None
    sides = []
    for k, name in enumerate(sorted(label.names)):
        rows = np.flatnonzero(label.values == label.names.index(name)).astype(np.int64)
        side = a.part(rows, name)
        if bare:
            names = [PurePath(str(file)).relative_to(name) for file in _names(side)]
            column = Column("text", np.array([str(file) for file in names], np.str_))
            side = replace(side, columns={**side.columns, "file_name": column}, root=a.root / name)
        sides.append(side if not k else replace(side, skipped=()))
    return sides[0], sides[1]


def doubled_size(found: Packed, settings: DataSettings) -> str | None:
    """The size to read pictures at that hold two side by side; None where most do not.

    They are twice as wide as high.
    """
    sizes = found.info.get("folder", {}).get("sizes", {})
    sides = {tuple(map(int, size.split("x"))): n for size, n in sizes.items()}
    wide = sum(n for (height, width), n in sides.items() if width == 2 * height)
    if 2 * wide <= sum(sides.values()):
        return None
    height, width = plan_size(
        settings.size, [(h, w // 2) for (h, w), n in sides.items() for _ in range(n)]
    )
    return f"{height}x{2 * width}"


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


def shuffled(a: Side, b: Side, settings: DataSettings) -> Packed:
    """Any picture of one beside any of the other, each side cut by its own content.

    The smaller side's pictures come several times. The columns "a_row" and "b_row" tell them
    apart, and what is known of each side's pictures has the prefix "a_" or "b_".
    """
    shares = {"validation": settings.validation, "test": settings.test}
    rng = np.random.Generator(np.random.Philox(key=settings.data_seed))
    cuts = [
        split(_whole(side), **shares, seed=settings.data_seed, given=side.columns.get("split"))
        for side in (a, b)
    ]
    rows, parts = [], []
    for k, name in enumerate(NAMES):
        here = [rng.permutation(cut[name]) for cut in cuts]
        n = max(map(len, here)) if all(map(len, here)) else 0
        rows.append(np.stack([np.resize(part, n) for part in here]).astype(np.int64))
        parts.append(np.full(n, k))
    order = np.concatenate(rows, axis=1)
    columns = {"split": Column("category", np.concatenate(parts).astype(np.int64), NAMES)}
    for prefix, side, places in zip("ab", (a, b), order, strict=True):
        columns[f"{prefix}_row"] = Column("number", places.astype(np.float64))
        columns |= {
            f"{prefix}_{name}": replace(c, values=c.values[places])
            for name, c in side.columns.items()
            if name != "split"
        }
    names = (a.name, b.name) if a.name != b.name else ("a", "b")
    return _packed(a, b, order, columns, (*a.skipped, *b.skipped), names=names, kind="shuffled")


def _whole(side: Side) -> NDArray[np.uint64]:
    """Digests of its examples, those of one file being one."""
    names = side.columns.get("file_name")
    return side.digests if names is None else together(side.digests, names.values)


def _packed(
    a: Side,
    b: Side,
    rows: NDArray[np.int64],
    columns: dict[str, Column],
    skipped: Sequence[Skipped],
    *,
    names: tuple[str, str],
    kind: str,
) -> Packed:
    """The store of row rows[0, i] of a beside row rows[1, i] of b."""

    def build(writer: Writer) -> None:
        for start in range(0, rows.shape[1], CHUNK):
            part = rows[:, start : start + CHUNK]
            sides = [side.examples[at] for side, at in zip((a, b), part, strict=True)]
            writer.append(np.concatenate(sides, axis=3))
        writer.columns, writer.skipped = columns, list(skipped)
        about = {"a": a.media, "b": b.media, "names": list(names), "matched": kind == "matched"}
        writer.info = {"media": None, "pairs": about}

    key = key_of(kind, a=a.key, b=b.key, names=names, rows=_digest(rows))
    return packed(key, build)


def _digest(rows: NDArray[np.int64]) -> str:
    return hashlib.blake2b(np.ascontiguousarray(rows).data, digest_size=12).hexdigest()


def _names(side: Side) -> NDArray[np.generic]:
    if "file_name" not in side.columns:
        raise UserError(f"pairs go by file name, and '{side.name}' is no folder of pictures.")
    return side.columns["file_name"].values


def _stems(side: Side) -> dict[str, int]:
    """File name without suffix -> row, in the order of the files."""
    return {str(PurePath(str(name)).with_suffix("")): row for row, name in enumerate(_names(side))}


def _lone(side: Side, mine: dict[str, int], other: Side, theirs: dict[str, int]) -> list[Skipped]:
    names, reason = _names(side), f"has no partner in {other.name}"
    return [Skipped(str(names[row]), reason) for stem, row in mine.items() if stem not in theirs]


def _some(stems: dict[str, int]) -> str:
    return ", ".join(f"'{name}'" for name in list(stems)[:SHOWN])


def _fitting(a: Side, b: Side, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], list[Skipped]]:
    """Those of the matched rows whose files have one aspect, and the rest."""
    names = [[str(name) for name in _names(s)[at]] for s, at in zip((a, b), rows, strict=True)]
    with quiet():
        sizes = [
            [read_header(side.root / name) for name in mine]
            for side, mine in zip((a, b), names, strict=True)
            if side.root is not None
        ]
    if len(sizes) < 2:
        return rows, []
    fits = [
        abs(x.width * y.height / (x.height * y.width) - 1) <= ASPECT
        for x, y in zip(*sizes, strict=True)
    ]
    odd = [
        Skipped(name, f"is {x.height}x{x.width}, its partner {y.height}x{y.width}")
        for name, x, y, fit in zip(names[0], *sizes, fits, strict=True)
        if not fit
    ]
    return rows[:, np.array(fits, bool)], odd
