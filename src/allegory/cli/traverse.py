"""allegory traverse DIR [--image FILE] --out FILE."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import tyro

from allegory.cli.parse import at_least, call
from allegory.progress import say

__all__ = ["command"]


def command(arguments: list[str]) -> None:
    """Read the arguments and draw the traversals."""
    call(draw, arguments, "traverse")


def draw(
    dir: Annotated[Path, tyro.conf.Positional],
    image: Path | None = None,
    centre: bool = False,
    out: Path = Path("traversal.png"),
    n: Annotated[int, tyro.conf.arg(aliases=["-n"])] = 10,
    latent: tuple[int, ...] = (),
    frames: int = 9,
    extent: float = 2.5,
    weights: Literal["best", "last", "raw"] = "best",
    seed: int = 0,
) -> None:
    """Move one latent at a time and keep the others: a row each, the strongest effect first.

    Args:
        dir: folder of the run.
        image: your own picture to start from; by default the held-out example nearest the centre.
        centre: start from the centre of the latent space itself.
        out: a picture file, or .gif or .webp for a film.
        n: how many latents.
        latent: these latents, by number, in place of the strongest.
        frames: examples in a row.
        extent: standard deviations to each side.
        weights: averaged ones at the best held-out loss, the last averaged ones, or the raw ones.
        seed: of the draws by which effects are measured.
    """
    from allegory.cli.output import write_strips
    from allegory.runs.codes import held_out_codes
    from allegory.runs.folder import RunFolder
    from allegory.runs.inputs import own_picture
    from allegory.tools.naming import name_axes
    from allegory.tools.requires import require
    from allegory.tools.traverse import axes, central, traverse

    at_least(1, n=n, frames=frames)
    folder = RunFolder(dir)
    model = require(folder.model(weights), "traverse")
    start, ranked = None, axes(model, rng=seed)
    known = held_out_codes(folder.run(), model)
    if known is not None:
        codes, columns = known
        start = None if centre else central(model.latent, codes)
        ranked = name_axes(codes, columns, ranked)
    if image is not None:
        require(model, "encode")
        start = model.encode(own_picture(image, model.media)).mean[0]
    chosen = [a for a in ranked if a.index in latent] if latent else ranked[:n]
    wanted = list(latent) if latent else [a.index for a in chosen]
    strips = traverse(model, start=start, axes=wanted, frames=frames, extent=extent)
    names = {a.index: f"z{a.index} {a.name or ''}".strip() for a in chosen}
    write_strips(strips, model.media, out, [names[j] for j in wanted])
    say(f"{len(wanted)} latents, the strongest first: {out}")
