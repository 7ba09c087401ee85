"""allegory resume DIR."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import tyro

from allegory.cli.parse import call
from allegory.progress import say

__all__ = ["command"]


def command(arguments: list[str]) -> None:
    """Read the arguments and go on with the run."""
    call(resume, arguments, "resume")


def resume(dir: Annotated[Path, tyro.conf.Positional], images: int | None = None) -> None:
    """Go on with a run from its newest checkpoint; nothing else needs to be said again.

    Args:
        dir: folder of the run.
        images: a new total of examples to see, to train longer than was planned.
    """
    from allegory.runs.folder import RunFolder
    from allegory.runs.play import go_on

    folder = RunFolder(dir)
    if go_on(folder, images).leads:
        say(f"done: {folder.path}; open {folder.report}")
