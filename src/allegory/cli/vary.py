"""allegory vary DIR PICTURE ... --strength 0.5 --out FILE."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import tyro

from allegory.cli.parse import at_least, call
from allegory.cli.places import RunDir
from allegory.progress import counted, say

__all__ = ["command"]


def command(arguments: list[str]) -> None:
    """Read the arguments and make variations."""
    call(draw_variations, arguments, "vary")


def draw_variations(
    dir: Annotated[RunDir, tyro.conf.Positional],
    picture: Annotated[tuple[Path, ...], tyro.conf.Positional] = (),
    n: Annotated[int, tyro.conf.arg(aliases=["-n"])] = 8,
    out: Path = Path("variations.png"),
    strength: float = 0.5,
    label: str | None = None,
    solver: str | None = None,
    steps: int | None = None,
    guidance: float | None = None,
    weights: Literal["best", "last", "raw"] = "best",
    seed: int = 0,
) -> None:
    """Make pictures like one of yours: it is partly noised, and cleaned again.

    Each row shows a picture, then what is made of it.

    Args:
        dir: folder of the run; its model denoises.
        picture: your own; by default some held-out examples.
        n: how many of each.
        out: a picture file, or .gif or .webp for a film.
        strength: share of the steps that are undone, above 0: of little the picture itself is
            left, of 1 nothing.
        label: a class of a conditional model, to turn the pictures into.
        solver: ddim, heun, dpm++, unipc or ancestral; by default the model's own.
        steps: in which all noise would be taken off.
        guidance: how strongly pictures are held to their --label.
        weights: averaged ones at the best held-out loss, the last averaged ones, or the raw ones.
        seed: of the noise.
    """
    import torch

    from allegory.cli.denoising import class_index, drawn_by, originals
    from allegory.cli.output import write_strips
    from allegory.runs.folder import RunFolder
    from allegory.tools.requires import require
    from allegory.tools.vary import vary

    at_least(1, n=n)
    folder = RunFolder(dir)
    model = drawn_by(require(folder.model(weights), "vary"), solver, steps, guidance)
    index = class_index(model, label)
    x = originals(folder.run(), model.media, picture, seed)
    made = vary(model, x, n=n, strength=strength, label=index, rng=seed)
    write_strips(torch.cat([x[:, None], made], dim=1), model.media, out)
    say(f"{counted(n, 'variation')} of {counted(len(x), 'example')}: {out}")
