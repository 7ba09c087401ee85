"""The sources that a page may choose from: by id, since no path comes from a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allegory.data.named import source_name
from allegory.data.sources import SOURCES
from allegory.errors import UserError, unknown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Offer", "offers", "source_of"]


@dataclass(frozen=True)
class Offer:
    """A source with its id."""

    id: str
    about: str
    source: str
    """As `open_data` reads it; never told to a page."""


def offers(folders: Sequence[Path]) -> list[Offer]:
    """What was named at the command line, then what is built in.

    Raises:
        UserError: something named is not there.
    """
    found: dict[str, Offer] = {}
    for folder in folders:
        if not folder.expanduser().exists():
            raise UserError(f"--data {folder}: there is no such file or folder.")
        name, number = folder.name or "data", 1
        while name in found or name in SOURCES:
            number += 1
            name = f"{folder.name}-{number}"
        found[name] = Offer(name, "your own", source_name(str(folder)))
    for name, source in SOURCES.items():
        found[name] = Offer(name, source.about, name)
    return list(found.values())


def source_of(known: Sequence[Offer], name: str) -> str:
    """The source of this id.

    Raises:
        UserError: there is none; names the nearest.
    """
    sources = {offer.id: offer.source for offer in known}
    if name not in sources:
        raise unknown("source", name[:100], sources)
    return sources[name]
