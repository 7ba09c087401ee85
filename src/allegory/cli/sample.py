"""allegory sample DIR -n 64 --out FILE."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import tyro

from allegory.cli.parse import at_least, call
from allegory.cli.places import RunDir
from allegory.progress import say

__all__ = ["command"]

ALONE, EACH = 64, 8
"""Examples that are drawn where their number is not given: in all, and of each of several labels.
"""


def command(arguments: list[str]) -> None:
    """Read the arguments and draw samples."""
    call(draw_samples, arguments, "sample")


def draw_samples(
    dir: Annotated[RunDir, tyro.conf.Positional],
    n: Annotated[int | None, tyro.conf.arg(aliases=["-n"])] = None,
    out: Path = Path("samples.png"),
    label: tuple[str, ...] = (),
    truncation: float | None = None,
    draw: Literal["prior", "codes"] = "prior",
    solver: str | None = None,
    steps: int | None = None,
    guidance: float | None = None,
    weights: Literal["best", "last", "raw"] = "best",
    seed: int = 0,
    device: Literal["auto", "cpu", "cuda"] = "auto",
) -> None:
    """Draw new examples; the same seed draws the same.

    Args:
        dir: folder of the run.
        n: how many, of each label; by default 64, or 8 of each of several labels.
        out: a picture file for one sheet, a .npy or .npz file for the numbers, or the name of a
            new folder (no suffix) for single pictures.
        label: classes of a conditional model, a row each; "all" for every class.
        truncation: draw each latent within this many standard deviations: less gives more typical
            and less varied examples.
        draw: from the model's own prior, or from normals fitted to the codes of its training data,
            which fill the prior only in part (Ghosh et al. 2020).
        solver: of a model that denoises, instead of its own: ddim, heun, dpm++, unipc, ancestral,
            or diffusers:NAME for a scheduler of that package.
        steps: in which it takes the noise off; more are slower, and better up to a point.
        guidance: how strongly samples are held to their --label: 1 as the data are, more is more
            typical and less varied.
        weights: averaged ones at the best held-out loss, the last averaged ones, or the raw ones.
        seed: of the draws.
        device: what computes; "auto": a GPU where there is one.
    """
    from allegory.cli.denoising import drawn_by
    from allegory.cli.output import check_output, write_examples
    from allegory.errors import UserError
    from allegory.runs.folder import RunFolder
    from allegory.runs.inputs import open_for
    from allegory.tools.classes import chosen_classes
    from allegory.tools.mixture import mixture_of_codes
    from allegory.tools.requires import require
    from allegory.tools.running import home, in_batches
    from allegory.tools.sample import sample

    if n is not None:
        at_least(1, n=n)
    if draw == "codes" and (label or truncation is not None):
        raise UserError("--draw codes goes with neither --label nor --truncation: leave one out.")
    folder = RunFolder(dir)
    model = require(folder.model(weights, device=device), "sample")
    model = drawn_by(model, solver, steps, guidance)
    check_output(out, model.media)
    labels = chosen_classes(model, label) if label else ()
    count = n or (EACH if len(labels) > 1 else ALONE)
    if draw == "prior":
        x = sample(model, count, rng=seed, labels=labels, truncation=truncation)
    else:
        require(model, "reconstruct")
        train = open_for(folder.run(), model.media).split("train")
        codes = mixture_of_codes(model, train, rng=seed).draw(count, seed)
        x = in_batches(model.decode, codes, home(model))
    write_examples(x, model.media, out, labels)
    say(f"{len(x)} samples: {out}")
