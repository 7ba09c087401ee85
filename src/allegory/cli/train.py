"""allegory train RECIPE SOURCE."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Annotated, Any

import tyro

from allegory.cli.fields import call_for_recipe, changed, with_fields
from allegory.cli.parse import print_json
from allegory.cli.places import NewRun, Source
from allegory.progress import say
from allegory.recipes.settings import Run
from allegory.recipes.table import RECIPES

__all__ = ["command"]


def command(arguments: list[str]) -> None:
    """Read the arguments, train, and leave the report."""
    call_for_recipe(interface, arguments, "train", "allegory train vae faces")


def interface(start: Run) -> Any:
    """A function whose parameters are the fields of this run, for the parser to read."""

    def train(
        source: Annotated[Source, tyro.conf.Positional],
        out: NewRun | None = None,
        config: Annotated[str | None, tyro.conf.arg(metavar="FILE.toml")] = None,
        json: bool = False,
        **parts: Any,
    ) -> None:
        train_and_report(changed(start, source, parts), out, json)

    train.__doc__ = f"""{inspect.getdoc(RECIPES[start.recipe])}

    Args:
        source: a folder, a .npy or .npz file, or a built-in source such as faces.
        out: folder of the run; by default the next free one under runs/.
        config: a TOML file with fields; options given here override it.
        json: print the result as one JSON object.
    """
    return with_fields(train, start)


def train_and_report(run: Run, out: str | None, json: bool) -> None:
    """Train, and say where everything is."""
    from allegory.runs.folder import new_folder
    from allegory.runs.play import begin, data_of

    # a folder that is named can be seen to be at work while its data are opened
    data = data_of(run) if out is None else None
    folder = new_folder(out, f"{run.recipe}-{Path(data.name).stem}" if data else run.recipe)
    trained = begin(run, folder, data)
    if not trained.leads:
        return
    say(f"done: {folder.path}; open {folder.report}")
    if json:
        held_out = [r["held_out"] for r in trained.journal() if "held_out" in r]
        print_json(
            {
                "run": str(folder.path),
                "report": str(folder.report),
                "held_out": held_out[-1] if held_out else None,
            }
        )
