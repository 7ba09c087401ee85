"""allegory report DIR."""

from __future__ import annotations

import sys
from typing import Annotated

import tyro

from allegory.cli.parse import call
from allegory.cli.places import RunDir

__all__ = ["command"]


def command(arguments: list[str]) -> None:
    """Read the arguments and write the page."""
    call(write, arguments, "report")


def write(dir: Annotated[RunDir, tyro.conf.Positional]) -> None:
    """Write a run's page, report.html: one file that needs nothing else.

    Args:
        dir: folder of the run.
    """
    from allegory.runs.folder import RunFolder
    from allegory.runs.play import report

    folder = RunFolder(dir)
    report(folder)
    sys.stdout.write(f"{folder.report}\n")
