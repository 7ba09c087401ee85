"""The runs of a folder by id, and the models that were asked for last."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from allegory.errors import unknown
from allegory.runs.folder import RunFolder

if TYPE_CHECKING:
    from pathlib import Path

    from allegory.capabilities import Model

__all__ = ["ASKED", "Shelf"]

ASKED = "asked.toml"
"""The run that was asked for: there before training has begun."""
HELD = 3
"""Models kept in memory."""


@dataclass(frozen=True)
class Shelf:
    """A folder of runs. An id is the name of a folder in it that is there, and never a path."""

    path: Path
    only: str | None = None
    """The one run that is shown, where not all are."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_models", OrderedDict())
        object.__setattr__(self, "_lock", Lock())

    def ids(self) -> list[str]:
        """The runs, the newest first."""
        if not self.path.is_dir():
            return []
        found = [
            folder
            for folder in self.path.iterdir()
            if (folder / "run.toml").exists() or (folder / ASKED).exists()
        ]
        found.sort(key=_begun, reverse=True)
        return [f.name for f in found if self.only in (None, f.name)]

    def run(self, name: str) -> RunFolder:
        """The run of this id.

        Raises:
            UserError: there is none.
        """
        known = self.ids()
        if name not in known:
            raise unknown("run", name[:100], known)
        return RunFolder(self.path / name)

    def model(self, name: str) -> Model:
        """The model of a run as it is now: read again when its weights were written anew."""
        folder = self.run(name)
        written = tuple(
            path.stat().st_mtime_ns if path.exists() else 0
            for path in (folder.weights("best"), folder.weights("last"))
        )
        models: OrderedDict[str, tuple[Any, Model]] = self._models  # type: ignore[attr-defined]
        with self._lock:  # type: ignore[attr-defined]
            kept = models.pop(name, None)
            if kept is None or kept[0] != written:
                kept = (written, folder.model())
            models[name] = kept
            while len(models) > HELD:
                models.popitem(last=False)
        return kept[1]


def _begun(folder: Path) -> float:
    """When the run was asked for."""
    for name in (ASKED, "run.toml"):
        if (folder / name).exists():
            return (folder / name).stat().st_mtime
    return 0.0
