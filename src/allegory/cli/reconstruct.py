"""allegory reconstruct DIR SOURCE --out FILE."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import tyro

from allegory.cli.parse import at_least, call
from allegory.cli.places import RunDir, Source
from allegory.progress import say

__all__ = ["command"]


def command(arguments: list[str]) -> None:
    """Read the arguments and draw reconstructions."""
    call(draw, arguments, "reconstruct")


def draw(
    dir: Annotated[RunDir, tyro.conf.Positional],
    source: Annotated[Source | None, tyro.conf.Positional] = None,
    n: Annotated[int, tyro.conf.arg(aliases=["-n"])] = 32,
    out: Path = Path("reconstructions.png"),
    weights: Literal["best", "last", "raw"] = "best",
) -> None:
    """Show examples, each over its reconstruction.

    Args:
        dir: folder of the run.
        source: whose examples; by default the test split of the run's own data.
        n: how many.
        out: a picture file.
        weights: averaged ones at the best held-out loss, the last averaged ones, or the raw ones.
    """
    import numpy as np

    from allegory.cli.output import write_pairs
    from allegory.runs.folder import RunFolder
    from allegory.runs.inputs import held_out, open_for
    from allegory.tools.reconstruct import reconstruct
    from allegory.tools.requires import require

    at_least(1, n=n)
    folder = RunFolder(dir)
    model = require(folder.model(weights), "reconstruct")
    data = held_out(open_for(folder.run(), model.media, source), n)
    x = data.take(np.arange(len(data)))
    write_pairs(x, reconstruct(model, x), model.media, out)
    say(f"{len(data)} examples over their reconstructions: {out}")
