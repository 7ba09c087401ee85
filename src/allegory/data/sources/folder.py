"""A folder of pictures: decoded in threads, once, with labels from sub-folders or metadata.csv.

A folder of at least as many sounds as pictures is read by `allegory.data.sources.sounds`, one of
Parquet files and neither by `allegory.data.sources.parquet`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from allegory.data.dataset import Skipped
from allegory.data.pictures import Header, decode, quiet, read_header
from allegory.data.plan import chosen, plan_mode, plan_size
from allegory.data.scan import EXTENSIONS, PARQUET, Found, Scan, readable, scan, threaded
from allegory.data.sources.listed import SHOWN, describe_files, nothing_readable, passed_over
from allegory.data.store import Packed, Writer, key_of, packed
from allegory.data.waveforms import SOUNDS
from allegory.errors import UserError
from allegory.progress import track

if TYPE_CHECKING:
    from pathlib import Path

    from allegory.data.settings import DataSettings

__all__ = ["pack"]


def pack(path: Path, settings: DataSettings) -> Packed:
    """Pack the pictures, or the sounds, below a folder, or the one that `path` is.

    Raises:
        UserError: there is nothing such, or nothing that can be read.
    """
    content = scan(path)
    if content.sounds and len(content.sounds) >= len(content.files):
        from allegory.data.sources import sounds

        return sounds.pack(content, settings)
    if not content.files and PARQUET in content.ignored:
        from allegory.data.sources import parquet

        return pack(parquet.unpacked(parquet.tables_in(path)), settings)
    if not content.files:
        raise UserError(_nothing(content))
    files = [content.files[i] for i in chosen(len(content.files), settings)]
    stamps = [(f.name, f.size, f.changed) for f in files]
    table = content.metadata and (content.metadata.size, content.metadata.changed)
    key = key_of(
        "folder",
        root=readable(str(content.root.resolve())),
        files=stamps,
        table=table,
        size=settings.size,
        mode=settings.mode,
    )
    found = packed(key, lambda writer: _build(writer, content, files, settings))
    # what was passed over is no part of the store: a new README must not pack the pictures anew
    return passed_over(found, content.ignored, content.sounds)


def _build(writer: Writer, content: Scan, files: list[Found], settings: DataSettings) -> None:
    with quiet():
        headers, unreadable = _probe(files)
        if headers:
            sizes = [(h.height, h.width) for h in headers.values()]
            size = plan_size(settings.size, sizes)
            mode = plan_mode(settings.mode, [h.grey for h in headers.values()])
            files = [f for f in files if f.name in headers]
            names, broken = _decode(writer, files, mode, size)
            unreadable += broken
    if not headers or not names:
        raise nothing_readable("picture", content.root, unreadable)
    writer.skipped = [*content.skipped, *unreadable]
    writer.info["media"] = {"mode": mode, "height": size[0], "width": size[1]}
    writer.info["folder"] = _survey([headers[n] for n in names])
    describe_files(writer, content, names)


def _probe(files: list[Found]) -> tuple[dict[str, Header], list[Skipped]]:
    """Read the headers of all files: those that have one, by name, and the rest."""
    headers: dict[str, Header] = {}
    broken: list[Skipped] = []
    with track("looking at pictures", len(files)) as advance:
        at = 0
        for chunk in threaded(lambda f: read_header(f.path), files, advance):
            for file, header in zip(files[at:], chunk, strict=False):
                if isinstance(header, Skipped):
                    broken.append(replace(header, path=file.name))
                else:
                    headers[file.name] = header
            at += len(chunk)
    return headers, broken


def _decode(
    writer: Writer, files: list[Found], mode: str, size: tuple[int, int]
) -> tuple[list[str], list[Skipped]]:
    """Append all pictures that can be decoded; their names, and the rest."""
    names: list[str] = []
    broken: list[Skipped] = []
    with track("reading pictures", len(files)) as advance:
        at = 0
        for chunk in threaded(lambda f: decode(f.path, mode, *size), files, advance):
            good = []
            for file, picture in zip(files[at:], chunk, strict=False):
                if isinstance(picture, Skipped):
                    broken.append(replace(picture, path=file.name))
                else:
                    good.append(picture)
                    names.append(file.name)
            at += len(chunk)
            if good:
                writer.append(np.stack(good))
    return names, broken


def _survey(headers: list[Header]) -> dict[str, Any]:
    """Histograms of what the headers say, most frequent first."""

    def count(values: list[str]) -> dict[str, int]:
        return dict(Counter(values).most_common())

    return {
        "formats": count([h.format for h in headers]),
        "sizes": count([f"{h.height}x{h.width}" for h in headers]),
        "modes": count([h.mode for h in headers]),
        "animated": sum(h.animated for h in headers),
        "rotated": sum(h.rotated for h in headers),
    }


def _nothing(content: Scan) -> str:
    others = ", ".join(f"{n} {ext}" for ext, n in list(content.ignored.items())[:SHOWN])
    has = f"it holds {others}" if others else "it is empty"
    looked = " ".join(sorted(EXTENSIONS))
    heard = " ".join(sorted(SOUNDS))
    return (
        f"no pictures in {content.root}: {has}; looked, at any depth, for {looked}; and for "
        f"sounds: {heard}."
    )
