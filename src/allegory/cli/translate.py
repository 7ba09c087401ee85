"""allegory translate DIR INPUT --to NAME --out OUT."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import tyro

from allegory.cli.parse import call
from allegory.cli.places import Existing, RunDir
from allegory.progress import say

__all__ = ["command"]

NAMED = 10
"""Files that are named of those that were skipped."""


def command(arguments: list[str]) -> None:
    """Read the arguments and translate."""
    call(translate_input, arguments, "translate")


def translate_input(
    dir: Annotated[RunDir, tyro.conf.Positional],
    source: Annotated[Existing, tyro.conf.Positional, tyro.conf.arg(metavar="INPUT")],
    to: str | None = None,
    out: Path = Path("translated"),
    native: bool = False,
    seed: int | None = None,
    weights: Literal["best", "last", "raw"] = "best",
    json: bool = False,
) -> None:
    """Translate a picture or a sound, or all of a folder, at their own size and by their names.

    Args:
        dir: folder of the run.
        source: a picture, a sound, or a folder of them.
        to: the domain to translate to; by default the only one.
        out: a file for a file, else a folder.
        native: show the model pictures as large as they are, in tiles; by default they are shown
            as large as those that it was trained on, and the answer is enlarged.
        seed: of the model's noise, where it has any; by default there is none.
        weights: averaged ones at the best held-out loss, the last averaged ones, or the raw ones.
        json: print one JSON object.
    """
    from allegory.cli.parse import print_json
    from allegory.runs.folder import RunFolder
    from allegory.runs.translate import translate_files
    from allegory.tools.requires import require
    from allegory.tools.translate import one_way

    model: Any = RunFolder(dir).model(weights, lambda m: one_way(require(m, "translate"), to))
    found = translate_files(model, source, out, to=to, native=native, seed=seed)
    for skipped in found.skipped[:NAMED]:
        say(f"skipped {skipped.path}: {skipped.reason}.")
    if len(found.skipped) > NAMED:
        say(f"skipped {len(found.skipped) - NAMED:,} more.")
    if json:
        lost = [{"path": s.path, "reason": s.reason} for s in found.skipped]
        print_json({"translated": list(found.done), "skipped": lost})
    say(f"{len(found.done):,} translated: {out}")
