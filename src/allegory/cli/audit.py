"""allegory audit SOURCE."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import tyro

from allegory.cli.parse import call, print_json
from allegory.cli.places import RunDir, Source
from allegory.progress import say

__all__ = ["command"]


def command(arguments: list[str]) -> None:
    """Read the arguments and audit."""
    call(audit_source, arguments, "audit")


def audit_source(
    source: Annotated[Source | None, tyro.conf.Positional, tyro.conf.arg(metavar="SOURCE")] = None,
    run: Annotated[RunDir | None, tyro.conf.arg(metavar="DIR")] = None,
    out: Annotated[Path | None, tyro.conf.arg(metavar="DIR")] = None,
    size: str = "auto",
    mode: Literal["auto", "grey", "rgb", "rgba"] = "auto",
    seed: int = 0,
    json: bool = False,
) -> None:
    """Say what is rare in a data set, what there is too much of, and what does not belong.

    Leaves a page, audit.html, with weights.csv and outliers.csv beside it. Without --run a small
    model is trained first and kept in the same folder; stopped, the same command goes on.

    Args:
        source: a folder, a .npy or .npz file, or a built-in source; by default the data of --run.
        run: folder of a run whose model looks at the data.
        out: folder for the page; by default audits/ and the name of the source.
        size: size of pictures that the small model sees, as in 'allegory train'; by default at
            most 64.
        mode: channels that it sees.
        seed: of what is drawn.
        json: print one JSON object.
    """
    from allegory.runs.audit import audit

    page, numbers = audit(source, run=run, out=out, size=size, mode=mode, seed=seed)
    if json:
        print_json({"page": str(page), **numbers})
    say(f"done: open {page}; weights.csv and outliers.csv lie beside it")
