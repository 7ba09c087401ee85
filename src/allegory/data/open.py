"""Opening data: a folder, an array or a built-in name becomes a packed, split data set."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from allegory.data import pairs, sides
from allegory.data.dataset import Dataset
from allegory.data.named import ARRAY, known, source_name
from allegory.data.plan import MODES
from allegory.data.scan import EXTENSIONS, PARQUET
from allegory.data.settings import DataSettings, merged
from allegory.data.sources import SOURCES
from allegory.data.sources.hub import HUB
from allegory.data.split import split, together
from allegory.data.store import Packed, saved
from allegory.data.waveforms import SOUNDS
from allegory.errors import UserError
from allegory.media import Media, Vectors, media_from
from allegory.progress import say

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

__all__ = ["open_data", "open_packed"]

ARRAYS = (".npy", ".npz")


def open_data(
    source: str | Path | NDArray[np.generic] | Tensor | Dataset,
    settings: DataSettings | None = None,
    **fields: Any,
) -> Dataset:
    """Open data as one packed data set with its splits.

    What is opened for the first time is decoded or rendered into the cache ($ALLEGORY_CACHE, else
    ~/.cache/allegory); afterwards opening takes a moment.

    Args:
        source: a folder of pictures or of sounds, one of these, a .npy, .npz or .parquet file, the
            name of a built-in source (`allegory.data.sources.SOURCES`), "hf:OWNER/NAME" of the
            Hugging Face hub, an array or tensor, or a data set, which is returned as it is. The
            `name` of a data set is a source as well.
        settings: how to read it; its own `source` is not looked at.
        **fields: fields of DataSettings, which replace those of `settings`.

    Raises:
        UserError: the source or a field is unknown, or holds nothing that can be used.
    """
    if isinstance(source, Dataset):
        if settings is not None or fields:
            raise UserError("this data set is open already: open its source to change settings.")
        return source
    return open_packed(source, settings, **fields)[0]


def open_packed(
    source: str | Path | NDArray[np.generic] | Tensor,
    settings: DataSettings | None = None,
    **fields: Any,
) -> tuple[Dataset, Packed, DataSettings]:
    """`open_data`, with the store behind the data set and the settings that made it."""
    array = None
    if not isinstance(source, str | Path):
        array, source = source, f"{ARRAY}new"
    settings = merged(str(source), settings, fields)
    if array is not None:
        from allegory.data.sources.array import in_memory, pack

        found = pack(in_memory(array), settings)
        settings = settings.model_copy(update={"source": found.key.replace("-", ":", 1)})
    else:
        found, name = _pack(str(source), settings)
        settings = settings.model_copy(update={"source": name})
    if settings.negatives is not None:
        found, name = _beside(found, settings)
        settings = settings.model_copy(update={"negatives": name})
    whole = found
    found, settings = _arranged(found, settings)
    for note in found.info.get("notes", []):
        say(f"{settings.source}: {note}")
    data = replace(_dataset(found, settings), whole=_whole(whole, settings))
    return data, found, settings


def _pack(source: str, settings: DataSettings) -> tuple[Packed, str]:
    """The store of a named source, and the name under which it can be opened from anywhere."""
    if source.startswith(ARRAY):
        found = saved(source.replace(":", "-", 1))
        if found is None:
            raise UserError(f"the cache no longer holds '{source}': open the array again.")
        return found, source
    if source.startswith(HUB):
        from allegory.data.sources import hub

        return hub.pack(source, settings), source
    if source in SOURCES:
        if Path(source).exists():
            say(f"'{source}' is the built-in source; what lies here is called './{source}'.")
        return SOURCES[source].pack(source, settings), source
    name = source_name(known(source))
    return _pack_path(Path(name), settings), name


def _beside(found: Packed, settings: DataSettings) -> tuple[Packed, str]:
    """The store joined with that of the negatives, and the name of those."""
    from allegory.data.join import joined

    assert settings.negatives is not None
    like, media = _like(found, settings.negatives), found.info["media"]
    if media is not None:
        like["mode"] = next(name for name, theirs in MODES.items() if theirs == media["mode"])
    negatives, name = _pack(settings.negatives, settings.model_copy(update=like))
    return joined(found, negatives), name


def _arranged(found: Packed, settings: DataSettings) -> tuple[Packed, DataSettings]:
    """The store as the settings pair it, and the settings with names that hold anywhere."""
    if settings.pairing == "none":
        return sides.second(found) if "pairs" in found.info else found, settings
    if settings.to is not None:
        settings = settings.model_copy(update={"to": source_name(settings.to)})
    return _paired(found, settings), settings


def _paired(found: Packed, settings: DataSettings) -> Packed:
    """The store as one of pairs, by the settings.

    Raises:
        UserError: there is nothing to pair.
    """
    if settings.derive is not None:
        found = pairs.derived(sides.side_of(found, settings.source), settings.derive)
    matched = settings.pairing == "matched"
    if "pairs" in found.info and settings.to is None and not settings.domains:
        return found if matched else pairs.shuffled(*sides.sides_of(found), settings)
    both = _sides(found, settings, matched=matched)
    if both is None and matched:
        size = pairs.doubled_size(found, settings)
        if size is not None:
            wide, _ = _pack(settings.source, settings.model_copy(update={"size": size}))
            return pairs.halved(wide)
    if both is None:
        other = "make pairs of any pictures with --derive edges"
        raise UserError(
            f"'{settings.source}' holds no pairs: name what it is to become with --to, "
            f"or {other if matched else 'two parts of it with --domains'}."
        )
    return pairs.matched(*both) if matched else pairs.shuffled(*both, settings)


def _sides(
    found: Packed, settings: DataSettings, *, matched: bool
) -> tuple[sides.Side, sides.Side] | None:
    """The two domains, of two sources or of one; None where there are not two."""
    first = sides.side_of(found, settings.source)
    if settings.to is not None:
        if settings.domains:
            raise UserError(
                "--domains are two parts of one source, and --to names a second: give one of them."
            )
        other, name = _pack(settings.to, settings.model_copy(update=_like(found, settings.to)))
        return first, sides.side_of(other, name)
    if settings.domains and matched:
        raise UserError("--domains are of different examples: there is nothing to match.")
    own = SOURCES[settings.source].domains if settings.source in SOURCES else ()
    domains = settings.domains or (() if matched else own)
    return sides.within(first, domains) if domains else sides.by_label(first, bare=matched)


def _like(found: Packed, source: str) -> dict[str, Any]:
    """Settings by which another source is read at the size of this one's pictures."""
    like: dict[str, Any] = {"source": source, "negatives": None, "factors": ()}
    if found.info["media"] is not None:
        like["size"] = "{height}x{width}".format(**found.info["media"])
        sound = found.info["media"].get("sound")
        like |= {} if sound is None else {"rate": str(sound["rate"])}
    return like


def _pack_path(path: Path, settings: DataSettings) -> Packed:
    if path.is_file() and path.suffix.lower() in ARRAYS:
        from allegory.data.sources.array import pack_file

        return pack_file(path, settings)
    if path.is_file() and path.suffix.lower() not in EXTENSIONS | SOUNDS | {PARQUET}:
        raise UserError(
            f"cannot open {path}: a source is a folder of pictures or sounds, one of these, a "
            f".npy, .npz or .parquet file, {HUB}OWNER/NAME, or one of {', '.join(SOURCES)}."
        )
    from allegory.data.sources import folder, parquet

    if path.suffix.lower() == PARQUET and path.is_file():
        return folder.pack(parquet.unpacked((path,)), settings)
    return folder.pack(path, settings)


def _dataset(found: Packed, settings: DataSettings) -> Dataset:
    splits = _splits(found, settings)
    return Dataset(
        name=settings.source,
        media=_media(found, settings, splits["train"]),
        store=found.examples,
        rows=np.arange(len(found.examples), dtype=np.int64),
        columns=found.columns,
        splits=splits,
        fingerprint=found.fingerprint,
        skipped=found.skipped,
        log_density=found.log_density,
        modes=found.modes,
    )


def _whole(found: Packed, settings: DataSettings) -> Dataset | None:
    """The source that two domains are parts of, from its store; None where they are not."""
    two = settings.to is not None or settings.derive is not None or "pairs" in found.info
    if settings.pairing != "shuffled" or two:
        return None
    return _dataset(found, settings.model_copy(update={"pairing": "none"}))


def _splits(found: Packed, settings: DataSettings) -> dict[str, NDArray[np.int64]]:
    """The splits; each of two joined sources is cut by itself, as it would be alone."""
    from allegory.data.join import parts_of

    cut: dict[str, list[NDArray[np.int64]]] = {}
    for rows in parts_of(found):
        given = found.columns.get("split")
        names, digests = found.columns.get("file_name"), found.digests[rows]
        part = split(
            digests if names is None else together(digests, names.values[rows]),
            validation=settings.validation,
            test=settings.test,
            seed=settings.data_seed,
            given=None if given is None else replace(given, values=given.values[rows]),
        )
        for name, indices in part.items():
            cut.setdefault(name, []).append(rows.start + indices)
    return {name: np.concatenate(parts) for name, parts in cut.items()}


def _require_sounding(settings: DataSettings) -> None:
    """Raise a UserError for settings that make no sense of sounds."""
    for wanted in ("binarize", "flip"):
        if getattr(settings, wanted):
            raise UserError(f"'{settings.source}' holds sounds: {wanted} works on pictures only.")


def _media(found: Packed, settings: DataSettings, train: NDArray[np.int64]) -> Media:
    pictures = found.info["media"]
    if settings.pairing != "none":
        if settings.binarize:
            raise UserError("pairs can't be binarised.")
        if found.info["pairs"]["a"].get("sound") is not None:
            _require_sounding(settings)
        return media_from({"kind": "pairs", **found.info["pairs"]})
    if pictures is not None:
        media = media_from({"kind": "images", **pictures, "binary": settings.binarize})
        if pictures.get("sound") is not None:
            _require_sounding(settings)
        return media
    for wanted in ("binarize", "flip"):
        if getattr(settings, wanted):
            raise UserError(f"'{settings.source}' holds vectors: {wanted} works on pictures only.")
    values = np.asarray(found.examples[train], dtype=np.float64)
    scale = values.std(axis=0)
    scale[scale == 0] = 1.0
    return Vectors(tuple(values.mean(axis=0).tolist()), tuple(scale.tolist()))
