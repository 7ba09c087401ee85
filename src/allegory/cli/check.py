"""allegory check SOURCE."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import tyro

from allegory.cli.parse import call
from allegory.cli.places import Source

__all__ = ["command"]


def command(arguments: list[str]) -> None:
    """Read the arguments and print what is there."""
    call(check_source, arguments, "check")


def check_source(
    source: Annotated[Source, tyro.conf.Positional],
    size: str = "auto",
    mode: Literal["auto", "grey", "rgb", "rgba"] = "auto",
    to: str | None = None,
    pairing: Literal["none", "matched", "shuffled"] = "none",
    json: bool = False,
) -> None:
    """Say what is in a source: counts, sizes, labels, unreadable files, duplicates, and the plan.

    Args:
        source: a folder, a .npy or .npz file, or a built-in source such as faces.
        size: size that training would use, as in 'allegory train'.
        mode: channels that training would use.
        to: a second source, of partners: what has none is listed.
        pairing: how both are put side by side; with --to by file name, "matched".
        json: print one JSON object.
    """
    from allegory.data.check import check

    report = check(source, size=size, mode=mode, to=to, pairing=pairing)
    sys.stdout.write((report.to_json() + "\n") if json else report.text())
