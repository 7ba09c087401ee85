"""allegory watch DIR --out FILE."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import tyro

from allegory.cli.parse import call
from allegory.cli.places import RunDir
from allegory.progress import say

__all__ = ["command"]

STAY = 2.0
"""Seconds that the last frame is seen."""


def command(arguments: list[str]) -> None:
    """Read the arguments and write the film."""
    call(watch, arguments, "watch")


def watch(
    dir: Annotated[RunDir, tyro.conf.Positional],
    out: Path = Path("film.gif"),
) -> None:
    """See how a run came along, from what it recorded while it trained.

    Of points on a line: data, generated points, and how real each place looks. In the plane: where
    the model carries its noise. Of pictures: samples of one seed.

    Args:
        dir: folder of the run.
        out: a film (.gif, .webp, .apng; .mp4 where ffmpeg is installed), or a picture of six
            moments side by side (.png, .jpg).
    """
    from allegory.report.film import write_film
    from allegory.report.sheets import FORMATS, write_picture
    from allegory.report.watch import FPS, draw_run, draw_stills
    from allegory.runs.folder import RunFolder

    folder = RunFolder(dir)
    folder.run()
    # what a picture and a film can both be is a picture here, but .webp is a film
    if out.suffix.lower() in FORMATS and out.suffix.lower() != ".webp":
        write_picture(draw_stills(dir), out)
        say(f"moments of {dir}: {out}")
    else:
        frames = draw_run(dir)
        write_film(frames, out, FPS, stay=STAY)
        say(f"a film of {len(frames) / FPS + STAY:.0f} s: {out}")
