"""Places that a verb's arguments name: looked for while they are parsed, before torch is imported.

A mistake in one is so told at once.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import tyro

from allegory.errors import UserError

__all__ = ["Existing", "NewRun", "RunDir", "Source"]


def looked_for(look: Callable[[str], str | Path], metavar: str) -> Any:
    """How the parser reads a place: `look` raises a UserError where it is not as it must be."""
    return tyro.constructors.PrimitiveConstructorSpec(
        nargs=1,
        metavar=metavar,
        instance_from_str=lambda words: look(words[0]),
        is_instance=lambda value: isinstance(value, str | Path),
        str_from_instance=lambda value: [str(value)],
    )


def run_dir(word: str) -> Path:
    """A folder that is there, of a run or of a sweep."""
    from allegory.runs.folder import RunFolder

    path = Path(word)
    if not any((path / name).exists() for name in ("run.toml", "model.json", "sweep.toml")):
        raise RunFolder(path).missing()
    return path


def source(word: str) -> str:
    """The name of data that are there."""
    from allegory.data.named import known

    return known(word)


def new_run(word: str) -> str:
    """A folder that holds no run yet."""
    from allegory.runs.folder import new_folder

    new_folder(word, "")
    return word


def existing(word: str) -> Path:
    """A file or a folder that is there."""
    path = Path(word)
    if not path.exists():
        raise UserError(f"no such file or folder: {path}")
    return path


RunDir = Annotated[Path, looked_for(run_dir, "PATH")]
Source = Annotated[str, looked_for(source, "SOURCE")]
NewRun = Annotated[str, looked_for(new_run, "PATH")]
Existing = Annotated[Path, looked_for(existing, "PATH")]
