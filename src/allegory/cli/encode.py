"""allegory encode DIR SOURCE --out FILE."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import tyro

from allegory.cli.parse import call
from allegory.cli.places import RunDir, Source
from allegory.progress import say

__all__ = ["command"]


def command(arguments: list[str]) -> None:
    """Read the arguments and write the table."""
    call(write, arguments, "encode")


def write(
    dir: Annotated[RunDir, tyro.conf.Positional],
    source: Annotated[Source | None, tyro.conf.Positional] = None,
    out: Path = Path("codes.csv"),
    weights: Literal["best", "last", "raw"] = "best",
) -> None:
    """Write the latent codes of every example as a table: means, deviations, and what is known.

    Args:
        dir: folder of the run.
        source: whose examples; by default all of the run's own data.
        out: a .csv, .npz or .parquet file.
        weights: averaged ones at the best held-out loss, the last averaged ones, or the raw ones.
    """
    from allegory.runs.folder import RunFolder
    from allegory.runs.inputs import open_for
    from allegory.tools.encode import encode_table, write_table
    from allegory.tools.requires import require

    folder = RunFolder(dir)
    model = require(folder.model(weights), "encode")
    data = open_for(folder.run(), model.media, source)
    write_table(encode_table(model, data), out)
    say(f"{len(data):,} codes: {out}")
