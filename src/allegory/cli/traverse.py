"""allegory traverse DIR [--image FILE] --out FILE."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import tyro

from allegory.cli.parse import at_least, call
from allegory.cli.places import RunDir
from allegory.errors import UserError
from allegory.progress import say

__all__ = ["command"]


def command(arguments: list[str]) -> None:
    """Read the arguments and draw the traversals."""
    call(draw, arguments, "traverse")


def draw(
    dir: Annotated[RunDir, tyro.conf.Positional],
    image: Path | None = None,
    centre: bool = False,
    out: Path = Path("traversal.png"),
    n: Annotated[int, tyro.conf.arg(aliases=["-n"])] = 10,
    along: Literal["latents", "directions"] | None = None,
    latent: tuple[int, ...] = (),
    frames: int = 9,
    extent: float = 2.5,
    label: str | None = None,
    weights: Literal["best", "last", "raw"] = "best",
    seed: int = 0,
) -> None:
    """Move along one latent or direction at a time: a row each, the strongest effect first.

    Args:
        dir: folder of the run.
        image: your own picture to start from; where the model can't encode, its code is searched
            for, as by 'allegory invert'. By default the held-out example nearest the centre or,
            for such a model, a draw.
        centre: start from the centre of the latent space itself.
        out: a picture file, or .gif or .webp for a film.
        n: how many latents or directions.
        along: single latents, or the directions along which examples change most; by default
            directions where the model can't encode: its latents stand for nothing by themselves.
        latent: these latents, by number, in place of the strongest.
        frames: examples in a row.
        extent: standard deviations to each side.
        label: a class of a conditional model, to stay in.
        weights: averaged ones at the best held-out loss, the last averaged ones, or the raw ones.
        seed: of the draws by which effects are measured, and of the search for a code.
    """
    from allegory.capabilities import Encodes
    from allegory.cli.output import write_strips
    from allegory.runs.codes import held_out_codes, own_codes
    from allegory.runs.folder import RunFolder
    from allegory.tools.classes import of_class
    from allegory.tools.requires import require
    from allegory.tools.traverse import move, traverse, typical
    from allegory.tools.ways import Kind, ways

    at_least(1, n=n, frames=frames)
    if latent and along == "directions":
        raise UserError("--latent chooses from latents: leave out --along directions.")
    folder = RunFolder(dir)
    model = require(folder.model(weights), "traverse")
    decodes = model if label is None else of_class(model, label)
    known = held_out_codes(folder.run(), model)
    default: Kind = "latents" if latent or isinstance(model, Encodes) else "directions"
    found = ways(decodes, along or default, rng=seed)
    if known is not None:
        found = found.named(model.latent, *known)
    if image is not None:
        start = own_codes(model, decodes, (image,), seed)[0]
    else:
        start = model.latent.mean if centre else typical(model.latent, known and known[0], seed)
    wanted = list(latent) if latent else [a.index for a in found.axes[:n]]
    if found.kind == "latents":
        strips = traverse(decodes, start=start, axes=wanted, frames=frames, extent=extent)
    else:
        along_these = found.vectors[wanted]
        strips = move(decodes, along_these, start=start, frames=frames, extent=extent)
    names = {a.index: f"{found.short(a.index)} {a.name or ''}".strip() for a in found.axes}
    write_strips(strips, model.media, out, [names[j] for j in wanted])
    say(f"{len(wanted)} {found.kind}, the strongest first: {out}")
