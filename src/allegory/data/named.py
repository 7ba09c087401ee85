"""Names of sources: whether there is something of that name, and its name from any folder."""

from pathlib import Path

from allegory.data.sources import SOURCES
from allegory.data.sources.hub import HUB
from allegory.errors import UserError, nearest

__all__ = ["ARRAY", "known", "source_name"]

ARRAY = "array:"
"""Begins the name of an array that was in memory; what its content hashes to follows."""


def known(source: str) -> str:
    """A source's name, where there is something of that name: nothing is opened.

    Raises:
        UserError: there is nothing.
    """
    path = Path(source).expanduser()
    if not _no_path(source) and not path.exists():
        raise _missing(source, path)
    return source


def source_name(source: str) -> str:
    """The name under which a named source can be opened from any folder."""
    return source if _no_path(source) else str(Path(source).expanduser().resolve())


def _no_path(source: str) -> bool:
    return source in SOURCES or source.startswith((ARRAY, HUB))


def _missing(source: str, path: Path) -> UserError:
    if len(path.parts) > 1 or source.startswith((".", "~")):
        return UserError(f"no such file or folder: {path.absolute()}")
    if path.suffix:
        return UserError(f"no such file: {path.absolute()}")
    like = nearest(source, SOURCES)
    hint = f"did you mean '{like}'?" if like else f"built in are {', '.join(SOURCES)}."
    return UserError(f"no source and no folder here is called '{source}': {hint}")
