"""allegory inpaint DIR PICTURE ... --mask MASK --out FILE."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

from allegory.cli.parse import at_least, call
from allegory.cli.places import RunDir
from allegory.progress import say

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.media import Media

__all__ = ["command"]

PARTS = ("left", "right", "top", "bottom", "centre")


def command(arguments: list[str]) -> None:
    """Read the arguments and fill in."""
    call(fill_in, arguments, "inpaint")


def fill_in(
    dir: Annotated[RunDir, tyro.conf.Positional],
    picture: Annotated[tuple[Path, ...], tyro.conf.Positional] = (),
    mask: str = "centre",
    n: Annotated[int, tyro.conf.arg(aliases=["-n"])] = 8,
    out: Path = Path("inpainted.png"),
    label: str | None = None,
    steps: int = 50,
    repeats: int = 4,
    guidance: float | None = None,
    weights: Literal["best", "last", "raw"] = "best",
    seed: int = 0,
) -> None:
    """Make a part of a picture anew, so that it fits the rest.

    Each row shows a picture with the part left out, then what is made of it.

    Args:
        dir: folder of the run; its model denoises.
        picture: your own; by default some held-out examples.
        mask: a picture, white where it is to be made anew; or left, right, top, bottom or centre.
        n: how many of each.
        out: a picture file, or .gif or .webp for a film.
        label: a class of a conditional model, to hold to.
        steps: in which noise is taken off.
        repeats: how often each step is made: more fit the rest better, and are slower.
        guidance: how strongly pictures are held to their --label.
        weights: averaged ones at the best held-out loss, the last averaged ones, or the raw ones.
        seed: of the noise.
    """
    import torch

    from allegory.cli.denoising import class_index, drawn_by, originals
    from allegory.cli.output import write_strips
    from allegory.runs.folder import RunFolder
    from allegory.tools.requires import require
    from allegory.tools.vary import inpaint

    at_least(1, n=n)
    folder = RunFolder(dir)
    model = drawn_by(require(folder.model(weights), "inpaint"), None, steps, guidance)
    missing = missing_part(mask, model.media)
    index = class_index(model, label)
    x = originals(folder.run(), model.media, picture, seed)
    made = inpaint(model, x, missing, n=n, label=index, repeats=repeats, rng=seed)
    shown = torch.where(missing, 0.0, x)
    write_strips(torch.cat([shown[:, None], made], dim=1), model.media, out)
    say(f"{n} ways to fill {len(x)} examples: {out}")


def missing_part(mask: str, media: Media) -> Tensor:
    """What is missing of a picture, (1, 1, height, width) bool: of a file's, or a named part.

    Raises:
        UserError: there is no such file or part, or the examples are not pictures.
    """
    from allegory.errors import UserError, unknown
    from allegory.media import Images
    from allegory.runs.inputs import own_picture

    if not isinstance(media, Images):
        raise UserError("parts of pictures are filled in, and this model works on vectors.")
    if Path(mask).exists():
        grey = Images("L", media.height, media.width)
        return own_picture(Path(mask), grey) > 0
    if mask not in PARTS:
        raise unknown("file or part", mask, PARTS)
    return part_of(mask, media.height, media.width)


def part_of(name: str, height: int, width: int) -> Tensor:
    """Half of a picture, or the middle half of both its sides: (1, 1, height, width) bool."""
    import torch

    rows, columns = {
        "left": (slice(None), slice(0, width // 2)),
        "right": (slice(None), slice(width // 2, None)),
        "top": (slice(0, height // 2), slice(None)),
        "bottom": (slice(height // 2, None), slice(None)),
        "centre": (
            slice(height // 4, height - height // 4),
            slice(width // 4, width - width // 4),
        ),
    }[name]
    missing = torch.zeros(1, 1, height, width, dtype=torch.bool)
    missing[:, :, rows, columns] = True
    return missing
