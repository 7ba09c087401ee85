"""allegory sweep RECIPE SOURCE --over FIELD=VALUES."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Annotated, Any

import tyro

from allegory.cli.fields import HIDDEN, call_for_recipe, changed, with_fields
from allegory.cli.parse import names, print_json
from allegory.cli.places import Source
from allegory.progress import say
from allegory.recipes.settings import Run
from allegory.recipes.table import RECIPES

if TYPE_CHECKING:
    from allegory.runs.sweep_play import Swept

__all__ = ["command", "tell"]


def command(arguments: list[str]) -> None:
    """Read the arguments, train and measure every run, and leave the page."""
    example = "allegory sweep vae faces --over beta=1,2,4 --seeds 3"
    call_for_recipe(interface, arguments, "sweep", example)


def interface(start: Run) -> Any:
    """A function whose parameters are the fields of this run, for the parser to read."""

    def sweep(
        source: Annotated[Source, tyro.conf.Positional],
        over: Annotated[
            tyro.conf.UseAppendAction[tuple[str, ...]], tyro.conf.arg(metavar="FIELD=VALUE,...")
        ] = (),
        seeds: str = "3",
        out: str | None = None,
        measure: Annotated[tuple[str, ...], tyro.conf.arg(metavar="GROUP ...")] = (),
        config: Annotated[str | None, tyro.conf.arg(metavar="FILE.toml")] = None,
        json: bool = False,
        **parts: Any,
    ) -> None:
        from allegory.api.sweeps import sweep_run
        from allegory.runs.sweep import parse_over, parse_seeds

        measures = names(measure) or None
        run = changed(start, source, parts)
        swept = sweep_run(run, parse_over(over), parse_seeds(seeds), out=out, measures=measures)
        tell(swept, json)

    sweep.__doc__ = f"""Train and measure a recipe over values of its fields, and over seeds.

    The recipe: {inspect.getdoc(RECIPES[start.recipe])} The same command goes on with a sweep that
    was stopped; with more values or seeds it extends it. What is done is not done again.

    Args:
        source: a folder, a .npy or .npz file, or a built-in source such as faces.
        over: a field and the values that it is to take, such as beta=1,2,4,8,16; may be repeated:
            then every combination is trained; without it, seeds alone differ.
        seeds: how many (3: seeds 0, 1 and 2), or which (0,1,5).
        out: folder of the sweep; by default the first under runs/ that is free, or holds a part of
            this very sweep.
        measure: groups of measures, as of 'allegory evaluate'; by default all that are possible.
        config: a TOML file with fields; options given here override it.
        json: print the results as one JSON object.
    """
    return with_fields(sweep, start, HIDDEN | {"seed"})


def tell(swept: Swept, json: bool) -> None:
    """Say where everything is, and print the results."""
    folder = swept.folder
    failed = [outcome for outcome in swept.outcomes if outcome.failed is not None]
    if failed:
        say(
            f"{len(failed)} of {len(swept.outcomes)} runs failed: the page says why. Remove the "
            f"folder of a run, such as {folder.path / failed[0].run}, to have it tried again."
        )
    say(f"done: {folder.path}; open {folder.page}")
    if json:
        where = {"sweep": str(folder.path), "page": str(folder.page)}
        print_json(where | swept.results())
    else:
        show(swept)


def show(swept: Swept) -> None:
    """Print the figures as a table, measure by measure."""
    from rich.console import Console
    from rich.table import Table

    from allegory.report.facts import words
    from allegory.report.outcomes import figure_names, text
    from allegory.report.sweep import interval, spread
    from allegory.report.ticks import short

    rows = swept.table()
    table = Table(title=str(swept.folder.path), caption=spread(rows))
    table.add_column("measure", overflow="fold")
    for column in (*swept.sweep.over, "mean", "95 % interval", "seeds"):
        table.add_column(column)
    for name in figure_names(swept.outcomes):
        for row in rows:
            found = row.measures.get(name)
            if found is not None:
                values = map(text, row.values.values())
                table.add_row(
                    words(name), *values, short(found.mean), interval(found), str(found.n)
                )
        table.add_section()
    Console().print(table)
