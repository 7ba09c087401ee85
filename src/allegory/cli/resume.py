"""allegory resume DIR."""

from __future__ import annotations

from typing import Annotated

import tyro

from allegory.cli.parse import call
from allegory.cli.places import RunDir
from allegory.errors import UserError
from allegory.progress import say

__all__ = ["command"]


def command(arguments: list[str]) -> None:
    """Read the arguments and go on with the run."""
    call(resume, arguments, "resume")


def resume(dir: Annotated[RunDir, tyro.conf.Positional], images: int | None = None) -> None:
    """Go on with a run from its newest checkpoint, or with a sweep; nothing else needs to be said.

    Args:
        dir: folder of the run or of the sweep.
        images: a new total of examples for a run to see, to train longer than was planned.
    """
    from allegory.runs.folder import RunFolder
    from allegory.runs.play import go_on
    from allegory.runs.sweep import SweepFolder

    if SweepFolder(dir).settings.exists():
        if images is not None:
            raise UserError(f"{dir} is a sweep: --images is for a run, such as one within it.")
        from allegory.api.sweeps import resume_sweep
        from allegory.cli.sweep import tell

        tell(resume_sweep(dir), json=False)
        return
    folder = RunFolder(dir)
    if go_on(folder, images).leads:
        say(f"done: {folder.path}; open {folder.report}")
