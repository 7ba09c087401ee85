"""allegory invert DIR PICTURE ... --out FOLDER."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

from allegory.cli.parse import at_least, call
from allegory.cli.places import RunDir
from allegory.progress import counted, say

if TYPE_CHECKING:
    from allegory.data.dataset import Dataset
    from allegory.media import Media
    from allegory.recipes.settings import Run

__all__ = ["command"]

TOLD = 10
"""Examples of which a line is said, at most."""


def command(arguments: list[str]) -> None:
    """Read the arguments and find the codes."""
    call(find, arguments, "invert")


def find(
    dir: Annotated[RunDir, tyro.conf.Positional],
    source: Annotated[
        tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="PICTURE|SOURCE")
    ] = (),
    n: Annotated[int, tyro.conf.arg(aliases=["-n"])] = 16,
    out: Path = Path("inverted"),
    label: str | None = None,
    weights: Literal["best", "last", "raw"] = "best",
    seed: int = 0,
) -> None:
    """Find the codes from which the model makes what is most like your own examples.

    The model needs no encoder: the codes are searched for. The folder gets inverted.png, examples
    over what their codes give, and codes.csv: a table as 'allegory encode' writes it, with the
    squared error of each example and that of the nearest of 256 random draws.

    Args:
        dir: folder of the run.
        source: pictures, or one folder, array or other source; by default the test split of the
            run's own data.
        n: how many examples of a source, at most; pictures that are named are all taken.
        out: a folder.
        label: a class of a conditional model, to search in.
        weights: averaged ones at the best held-out loss, the last averaged ones, or the raw ones.
        seed: of the draws that the search begins at, and of which examples.
    """
    import numpy as np

    from allegory.measures.reconstruction import squared_errors
    from allegory.report.draw import draw_pairs
    from allegory.report.sheets import write_picture
    from allegory.runs.folder import RunFolder
    from allegory.tools.classes import of_class
    from allegory.tools.encode import code_table, write_table
    from allegory.tools.invert import invert
    from allegory.tools.requires import require

    at_least(1, n=n)
    folder = RunFolder(dir)
    model = require(folder.model(weights), "invert")
    decodes = model if label is None else of_class(model, label)
    data = examples(folder.run(), model.media, source, n, seed)
    x = data.take(np.arange(len(data)))
    found = invert(decodes, x, rng=seed, shown=True)
    errors = {
        "mse": squared_errors(x, found.decoded, model.media).numpy(),
        "nearest_mse": squared_errors(x, found.nearest, model.media).numpy(),
    }
    codes = found.codes.numpy()
    write_picture(draw_pairs(x, found.decoded, model.media), out / "inverted.png")
    write_table(code_table(codes, np.zeros_like(codes), data) | errors, out / "codes.csv")
    names = data.table().get("file_name")
    for i, (mse, nearest) in enumerate(zip(*errors.values(), strict=True)):
        if i < TOLD:
            name = data.rows[i] if names is None else names.values[i]
            error = told(mse, model.media)
            say(f"{name}: squared error {error}, of the nearest draw {nearest:.4g}")
    mean, nearest = (float(values.mean()) for values in errors.values())
    say(f"mean squared error {told(mean, model.media)}, of the nearest draws {nearest:.4g}")
    say(f"{counted(len(data), 'example')} over what the codes give: {out / 'inverted.png'}")
    say(f"their codes: {out / 'codes.csv'}")


def examples(run: Run, media: Media, source: tuple[str, ...], n: int, seed: int) -> Dataset:
    """What the arguments name: pictures, all of them, or at most n examples of one source."""
    from allegory.data.scan import EXTENSIONS
    from allegory.runs.inputs import at_most, held_out, open_for, own_pictures

    if len(source) > 1 or any(Path(name).suffix.lower() in EXTENSIONS for name in source):
        return own_pictures([Path(name).expanduser() for name in source], media)
    if not source:
        return held_out(open_for(run, media), n, seed)
    data = open_for(run, media, source[0])
    if len(data) > n:
        say(f"{n} of the {len(data):,} examples of '{data.name}': -n takes more.")
    return at_most(data, n, seed)


def told(mse: float, media: Media) -> str:
    """A mean squared error, and for pictures its peak signal-to-noise ratio."""
    from allegory.measures.reconstruction import psnr
    from allegory.media import Images

    return f"{mse:.4g}" + (f" ({psnr(mse):.1f} dB)" if isinstance(media, Images) else "")
