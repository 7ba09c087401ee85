"""Looking at data before training: what is there, what is wrong with it, what would be used.

Everything is decoded for it, once, into the packed store that training then opens.
"""

from __future__ import annotations

import shlex
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from allegory.data.check_report import Report
from allegory.data.dataset import Dataset
from allegory.data.open import open_packed
from allegory.data.sources import SOURCES
from allegory.data.split import together
from allegory.errors import UserError
from allegory.media import Images, describe
from allegory.progress import counted

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor

    from allegory.data.settings import DataSettings
    from allegory.data.store import Packed

__all__ = ["check"]

FEW = 1000
"""With fewer examples a network learns them by heart."""

UNEVEN = 10
"""A label is called uneven where its largest class has so many times the smallest's examples."""

CROPPED = 0.25
"""A picture that loses more of its area than this by the crop is worth a word."""

MANY = 0.05
"""Share of the pictures from which on something is said of them."""


def check(
    source: str | Path | NDArray[np.generic] | Tensor,
    settings: DataSettings | None = None,
    **fields: Any,
) -> Report:
    """Say what a source holds, what in it cannot be used and why, and how training would use it.

    Args:
        source: as for `open_data`, except a data set that is open already.
        settings: how training would read it.
        **fields: fields of DataSettings, which replace those of `settings`.

    Raises:
        UserError: there is no such source, or nothing in it can be used.
    """
    if isinstance(source, Dataset):
        raise UserError("check looks at a source that is not open yet: give its folder or name.")
    data, found, read = open_packed(source, settings, **fields)
    survey = found.info.get("folder", {})
    groups = _duplicates(found)
    kind = "folder" if survey else "built-in" if data.name in SOURCES else "array"
    return Report(
        source=data.name,
        kind=kind,
        examples=len(data),
        media=describe(data.media),
        splits={name: len(rows) for name, rows in data.splits.items()},
        store_bytes=int(data.store.nbytes),
        formats=survey.get("formats", {}),
        sizes=survey.get("sizes", {}),
        modes=survey.get("modes", {}),
        rates=survey.get("rates", {}),
        channels=survey.get("channels", {}),
        seconds=survey.get("seconds", 0.0),
        animated=survey.get("animated", 0),
        rotated=survey.get("rotated", 0),
        ignored=survey.get("ignored", {}),
        labels=_labels(data),
        numbers=_numbers(data),
        skipped=tuple(asdict(s) for s in data.skipped),
        duplicates=_named(groups, data),
        warnings=tuple(_warnings(data, found, groups)),
        next=_next(read, len(data)),
    )


def _next(settings: DataSettings, n: int) -> str:
    """A command that trains on a source as it was read."""
    recipe = {"none": "vae", "matched": "pix2pix", "shuffled": "cyclegan"}[settings.pairing]
    words = ["allegory", "train", recipe, settings.source]
    words += [] if settings.to is None else ["--to", settings.to]
    words += ["--network", "tiny"] if n < FEW and recipe == "vae" else []
    return shlex.join(words)


def _labels(data: Dataset) -> dict[str, dict[str, int]]:
    found = {}
    for name, column in data.columns.items():
        if column.kind == "category" and name != "split":
            index = column.values.astype(np.int64)
            counts = np.bincount(index + 1, minlength=len(column.names) + 1).tolist()
            found[name] = dict(zip(column.names, counts[1:], strict=True))
            if counts[0]:
                found[name][""] = counts[0]
    return found


def _numbers(data: Dataset) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for name, column in data.columns.items():
        if column.kind == "number":
            values = column.values.astype(np.float64)
            there = values[np.isfinite(values)]
            found[name] = {"missing": len(values) - len(there)}
            if len(there):
                found[name] |= {
                    "least": float(there.min()),
                    "mean": float(there.mean()),
                    "greatest": float(there.max()),
                }
    return found


def _duplicates(found: Packed) -> list[NDArray[np.int64]]:
    """Rows of equal content, group by group; pieces of one file are no copies of each other."""
    names = found.columns.get("file_name")
    digests = found.digests if names is None else together(found.digests, names.values)
    rows = (
        np.arange(len(digests)) if names is None else np.unique(names.values, return_index=True)[1]
    )
    order = np.sort(rows)[np.argsort(digests[np.sort(rows)], kind="stable")]
    borders = np.flatnonzero(np.diff(digests[order])) + 1
    groups = [g for g in np.split(order, borders) if len(g) > 1]
    return sorted(groups, key=lambda g: int(g[0]))


def _named(groups: list[NDArray[np.int64]], data: Dataset) -> tuple[tuple[str, ...], ...]:
    names = data.columns.get("file_name")
    if names is None:
        return tuple(tuple(str(row) for row in group.tolist()) for group in groups)
    return tuple(tuple(names.values[group].tolist()) for group in groups)


def _warnings(data: Dataset, found: Packed, groups: list[NDArray[np.int64]]) -> list[str]:
    said = list(found.info.get("notes", []))
    if len(data) < FEW:
        said.append(
            f"few examples: with fewer than {FEW:,} a network learns them by heart; take a small "
            "model and trust only what it does on held-out examples."
        )
    extra = sum(len(g) - 1 for g in groups)
    if extra:
        said.append(f"{counted(extra, 'exact copy', 'exact copies')} of other examples.")
    across = sum(_crosses(group, data) for group in groups)
    if across:
        said.append(
            f"copies on both sides of the given splits: {counted(across, 'group')}; what is "
            "measured on held-out examples will flatter."
        )
    for name, counts in _labels(data).items():
        said += _uneven(name, counts)
    if isinstance(data.media, Images) and "folder" in found.info:
        said += _fitting(found.info["folder"].get("sizes", {}), data.media)
    return said


def _crosses(group: NDArray[np.int64], data: Dataset) -> bool:
    return sum(bool(np.isin(group, rows).any()) for rows in data.splits.values()) > 1


def _uneven(name: str, counts: dict[str, int]) -> list[str]:
    if name != "label":
        return []
    said = []
    if "" in counts:
        said.append(f"{counts['']:,} examples have no {name}.")
    classes = {k: n for k, n in counts.items() if k}
    low, high = min(classes, key=classes.__getitem__), max(classes, key=classes.__getitem__)
    if classes[high] >= UNEVEN * classes[low]:
        said.append(
            f"the classes of {name} are uneven: {classes[high]:,} of '{high}', "
            f"{classes[low]:,} of '{low}'."
        )
    return said


def _fitting(sizes: dict[str, int], media: Images) -> list[str]:
    """What cropping and resampling to the training size does to the pictures."""
    count: Counter[str] = Counter()
    for size, n in sizes.items():
        height, width = (int(side) for side in size.split("x"))
        scale = min(height / media.height, width / media.width)
        kept = scale * media.height * scale * media.width / (height * width)
        count["smaller"] += n * (scale < 1)
        count["cropped"] += n * (kept < 1 - CROPPED)
    least, target = MANY * sum(sizes.values()), f"{media.height}x{media.width}"
    said = []
    if count["smaller"] > least:
        said.append(f"{count['smaller']:,} pictures are smaller than {target} and are enlarged.")
    if count["cropped"] > least:
        said.append(
            f"{count['cropped']:,} pictures lose over {CROPPED:.0%} of their area by the crop to "
            f"{target}: --size HEIGHTxWIDTH can have their aspect."
        )
    return said
