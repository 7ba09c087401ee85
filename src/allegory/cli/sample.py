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
    call(draw_samples, arguments, "sample")


def draw_samples(
    dir: Annotated[Path, tyro.conf.Positional],
    n: Annotated[int, tyro.conf.arg(aliases=["-n"])] = 64,
    out: Path = Path("samples.png"),
    draw: Literal["prior", "codes"] = "prior",
    weights: Literal["best", "last", "raw"] = "best",
    seed: int = 0,
) -> None:
    """Draw new examples on one sheet; the same seed draws the same.

    Args:
        dir: folder of the run.
        n: how many.
        out: a picture file.
        draw: from the model's own prior, or from normals fitted to the codes of its training data,
            which fill the prior only in part (Ghosh et al. 2020).
        weights: averaged ones at the best held-out loss, the last averaged ones, or the raw ones.
        seed: of the draws.
    """
    from allegory.report.draw import draw_examples
    from allegory.report.sheets import write_picture
    from allegory.runs.folder import RunFolder
    from allegory.runs.inputs import open_for
    from allegory.tools.mixture import mixture_of_codes
    from allegory.tools.requires import require
    from allegory.tools.running import in_batches
    from allegory.tools.sample import sample

    at_least(1, n=n)
    folder = RunFolder(dir)
    model = require(folder.model(weights), "sample")
    if draw == "prior":
        x = sample(model, n, rng=seed)
    else:
        require(model, "reconstruct")
        train = open_for(folder.run(), model.media).split("train")
        codes = mixture_of_codes(model, train, rng=seed).draw(n, seed)
        x = in_batches(model.decode, codes)
    write_picture(draw_examples(x, model.media), out)
    say(f"{n} samples: {out}")
