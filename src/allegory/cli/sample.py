"""allegory sample DIR -n 64 --out FILE."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import tyro

from allegory.cli.parse import at_least, call
from allegory.progress import say

__all__ = ["command"]


def command(arguments: list[str]) -> None:
    """Read the arguments and draw samples."""
    call(draw, arguments, "sample")


def draw(
    dir: Annotated[Path, tyro.conf.Positional],
    n: Annotated[int, tyro.conf.arg(aliases=["-n"])] = 64,
    out: Path = Path("samples.png"),
    weights: Literal["best", "last", "raw"] = "best",
    seed: int = 0,
) -> None:
    """Draw new examples on one sheet; the same seed draws the same.

    Args:
        dir: folder of the run.
        n: how many.
        out: a picture file.
        weights: averaged ones at the best held-out loss, the last averaged ones, or the raw ones.
        seed: of the draws.
    """
    from allegory.report.draw import draw_examples
    from allegory.report.sheets import write_picture
    from allegory.runs.folder import RunFolder
    from allegory.tools.requires import require
    from allegory.tools.sample import sample

    at_least(1, n=n)
    model = require(RunFolder(dir).model(weights), "sample")
    write_picture(draw_examples(sample(model, n, rng=seed), model.media), out)
    say(f"{n} samples: {out}")
