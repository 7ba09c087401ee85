"""allegory interpolate DIR [--from A --to B] --out FILE."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import tyro

from allegory.cli.parse import at_least, call
from allegory.cli.places import RunDir
from allegory.progress import counted, say

__all__ = ["command"]


def command(arguments: list[str]) -> None:
    """Read the arguments and draw the way."""
    call(draw, arguments, "interpolate")


def draw(
    dir: Annotated[RunDir, tyro.conf.Positional],
    start: Annotated[Path | None, tyro.conf.arg(name="from", metavar="PICTURE")] = None,
    end: Annotated[Path | None, tyro.conf.arg(name="to", metavar="PICTURE")] = None,
    out: Path = Path("interpolation.png"),
    n: Annotated[int, tyro.conf.arg(aliases=["-n"])] = 6,
    frames: int = 9,
    path: Literal["spherical", "linear"] = "spherical",
    label: str | None = None,
    weights: Literal["best", "last", "raw"] = "best",
    seed: int = 0,
) -> None:
    """Walk through the latent space from one example to another.

    Args:
        dir: folder of the run.
        start: a picture to begin at; where the model can't encode, its code is searched for, as
            by 'allegory invert'. Without it and --to, between held-out examples or, for such a
            model, between draws.
        end: a picture to end at.
        out: a picture file, or .gif or .webp for a film.
        n: how many ways, where no pictures are given.
        frames: examples on a way, both ends counted.
        path: along a great circle, where a normal prior has its mass, or straight.
        label: a class of a conditional model, to stay in.
        weights: averaged ones at the best held-out loss, the last averaged ones, or the raw ones.
        seed: which examples, and of the search for codes.
    """
    import numpy as np
    import torch

    from allegory.capabilities import Encodes
    from allegory.cli.output import write_strips
    from allegory.errors import UserError
    from allegory.runs.codes import own_codes
    from allegory.runs.folder import RunFolder
    from allegory.runs.inputs import held_out, open_for
    from allegory.tools.classes import of_class
    from allegory.tools.interpolate import interpolate
    from allegory.tools.requires import require
    from allegory.tools.running import home

    at_least(1, n=n)
    at_least(2, frames=frames)
    if (start is None) != (end is None):
        raise UserError("--from and --to go together: name a picture for each.")
    folder = RunFolder(dir)
    model = require(folder.model(weights), "interpolate")
    decodes = model if label is None else of_class(model, label)
    if start is not None and end is not None:
        codes = list(own_codes(model, decodes, (start, end), seed).chunk(2))
    elif isinstance(model, Encodes):
        data = held_out(open_for(folder.run(), model.media), 2 * n, seed)
        if len(data) < 2:
            raise UserError(
                f"'{data.name}' holds out {len(data)} example, and a way needs 2: name a picture "
                "for each end with --from and --to."
            )
        x = data.take(np.arange(len(data) // 2 * 2), device=home(model))
        codes = list(model.encode(x).mean.chunk(2))
    else:
        codes = list(model.latent.draw(2 * n, torch.Generator().manual_seed(seed)).chunk(2))
    strips = interpolate(decodes, *codes, frames=frames, path=path)
    write_strips(strips, model.media, out)
    say(f"{counted(len(strips), 'way')} of {frames} frames: {out}")
