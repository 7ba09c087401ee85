"""Pairs: two pictures side by side as one example, matched by name, derived, or any with any."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import numpy as np

from allegory.data.dataset import Column, Skipped
from allegory.data.derive import DERIVATIONS
from allegory.data.pictures import Header, quiet, read_header
from allegory.data.plan import plan_size
from allegory.data.reasons import Unreadable
from allegory.data.sides import Side, file_names
from allegory.data.split import NAMES, split, together
from allegory.data.store import key_of, packed
from allegory.errors import UserError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from allegory.data.settings import DataSettings
    from allegory.data.store import Packed, Writer

__all__ = ["derived", "doubled_size", "halved", "matched", "shuffled"]

CHUNK = 1024
SHOWN = 3
ASPECT = 0.02
"""Share by which the aspects of two matched pictures may differ: more is cropped apart."""


def matched(a: Side, b: Side) -> Packed:
    """Pairs of pictures whose file names agree but for the suffix.

    What has no partner, or one of another shape, is skipped and listed.

    Raises:
        UserError: no two names agree.
    """

    def build(writer: Writer) -> None:
        (mine, twice), (theirs, again) = _stems(a), _stems(b)
        both = [name for name in mine if name in theirs]
        if not both:
            raise UserError(
                f"no picture of {a.name} has the name of one of {b.name}: it begins with "
                f"{_some(mine)}, the other with {_some(theirs)}. Pairs go by file name; what is "
                "not paired is for a recipe such as cyclegan."
            )
        rows = np.array([(mine[name], theirs[name]) for name in both], np.int64).T
        fits, odd = _fitting(a, b, rows)
        if not fits.size:
            raise UserError(
                f"the pictures of {a.name} and {b.name} differ in shape: {odd[0].reason}."
            )
        _beside(writer, a, b, fits, names=_apart(a.name, b.name), matched=True)
        writer.columns = {k: replace(c, values=c.values[fits[0]]) for k, c in a.columns.items()}
        lone = [*_lone(a, mine, b, theirs), *_lone(b, theirs, a, mine)]
        writer.skipped = [*a.skipped, *b.skipped, *twice, *again, *lone, *odd]

    # not by the rows: to find them, the header of every file is read
    names = [a.name, b.name]
    return packed(key_of("matched", a=a.key, b=b.key, names=names), build)


def derived(a: Side, how: str) -> Packed:
    """Pairs of what is derived from each picture, and the picture."""
    key = key_of("derived", of=a.key, how=how)
    derive = DERIVATIONS[how]

    def build(writer: Writer) -> None:
        for start in range(0, len(a.digests), CHUNK):
            pictures = a.take(np.arange(start, min(start + CHUNK, len(a.digests))))
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
    names = _apart(a.name, b.name)

    def build(writer: Writer) -> None:
        _beside(writer, a, b, order, names=names, matched=False)
        writer.columns, writer.skipped = columns, [*a.skipped, *b.skipped]

    key = key_of("shuffled", a=a.key, b=b.key, names=names, rows=_digest(order))
    return packed(key, build)


def _whole(side: Side) -> NDArray[np.uint64]:
    """Digests of its examples, those of one file being one."""
    names = side.columns.get("file_name")
    return side.digests if names is None else together(side.digests, names.values)


def _apart(first: str, last: str) -> tuple[str, str]:
    """Names of two domains, which differ."""
    return (first, last) if first != last else ("a", "b")


def _beside(
    writer: Writer,
    a: Side,
    b: Side,
    rows: NDArray[np.int64],
    *,
    names: tuple[str, str],
    matched: bool,
) -> None:
    """Write row rows[0, i] of a beside row rows[1, i] of b."""
    for start in range(0, rows.shape[1], CHUNK):
        part = rows[:, start : start + CHUNK]
        sides = [side.take(at) for side, at in zip((a, b), part, strict=True)]
        writer.append(np.concatenate(sides, axis=3))
    about = {"a": a.media, "b": b.media, "names": list(names), "matched": matched}
    writer.info = {"media": None, "pairs": about}


def _digest(rows: NDArray[np.int64]) -> str:
    return hashlib.blake2b(np.ascontiguousarray(rows).data, digest_size=12).hexdigest()


def _stems(side: Side) -> tuple[dict[str, int], list[Skipped]]:
    """File name without suffix -> row, in the order of the files; and those of a name taken.

    Of a file that is several examples the second is "name 2", and so on.
    """
    files: dict[str, str] = {}
    found: dict[str, int] = {}
    taken, seen = [], Counter[str]()
    for row, name in enumerate(map(str, file_names(side))):
        stem = str(PurePath(name).with_suffix(""))
        if files.setdefault(stem, name) != name:
            taken.append(Skipped(name, f"has the name of {files[stem]}"))
            continue
        seen[name] += 1
        found[stem if seen[name] == 1 else f"{stem} {seen[name]}"] = row
    return found, taken


def _lone(side: Side, mine: dict[str, int], other: Side, theirs: dict[str, int]) -> list[Skipped]:
    names, reason = file_names(side), f"has no partner in {other.name}"
    return [Skipped(str(names[row]), reason) for stem, row in mine.items() if stem not in theirs]


def _some(stems: dict[str, int]) -> str:
    return ", ".join(f"'{name}'" for name in list(stems)[:SHOWN])


def _fitting(a: Side, b: Side, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], list[Skipped]]:
    """Those of the matched rows whose files have one aspect, and the rest."""
    names = [[str(name) for name in file_names(s)[at]] for s, at in zip((a, b), rows, strict=True)]
    with quiet():
        sizes = [
            [_header(side.root / name) for name in mine]
            for side, mine in zip((a, b), names, strict=True)
            if side.root is not None and not side.media.get("sound")
        ]
    if len(sizes) < 2:
        return rows, []
    fits = [
        not (x and y) or abs(x.width * y.height / (x.height * y.width) - 1) <= ASPECT
        for x, y in zip(*sizes, strict=True)
    ]
    odd = [
        Skipped(name, f"is {x.height}x{x.width}, its partner {y.height}x{y.width}")
        for name, x, y, fit in zip(names[0], *sizes, fits, strict=True)
        if not fit and x and y
    ]
    return rows[:, np.array(fits, bool)], odd


def _header(path: Path) -> Header | None:
    """What the file says of itself; None where its name was written otherwise than it is."""
    try:
        return read_header(path)
    except Unreadable:
        return None
