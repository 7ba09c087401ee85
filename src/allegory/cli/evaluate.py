"""allegory evaluate DIR [SOURCE]."""

from __future__ import annotations

from typing import Annotated, Any

import tyro

from allegory.cli.measuring import Measuring, groups_of_measures
from allegory.cli.parse import call, print_json
from allegory.cli.places import RunDir, Source
from allegory.progress import say
from allegory.tools.requires import MEASURES

__all__ = ["command"]


def command(arguments: list[str]) -> None:
    """Read the arguments and measure."""
    call(evaluate_run, arguments, "evaluate")


def evaluate_run(
    dir: Annotated[RunDir, tyro.conf.Positional],
    source: Annotated[Source | None, tyro.conf.Positional] = None,
    *,
    measuring: Measuring,
    json: bool = False,
) -> None:
    """Measure a run's model on held-out examples, and the examples that it generates.

    What is measured goes to the run's folder and its page. GROUPS

    Args:
        dir: folder of the run.
        source: data to measure on; by default the test split of the run's own.
        measuring: which measures, and how.
        json: print one JSON object.
    """
    from allegory.api.measuring import evaluate
    from allegory.errors import UserError
    from allegory.runs.folder import RunFolder
    from allegory.runs.play import report

    scores = evaluate(dir, source, **measuring.keywords())
    if json:
        print_json(scores)
    else:
        show(scores)
    try:
        report(RunFolder(dir))
    except UserError as error:
        say(f"the report is as it was: {error}")


evaluate_run.__doc__ = str(evaluate_run.__doc__).replace("GROUPS", groups_of_measures())


def show(scores: dict[str, Any]) -> None:
    """Print a table a group: what it rests on, then its figures."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from allegory.report.scores import basis_text, rows

    console = Console()
    console.print(scores["run"], style="bold", highlight=False, markup=False)
    for name, group in scores["measures"].items():
        console.print(f"\n[bold]{name}[/bold] {MEASURES[name].asks}", highlight=False)
        console.print(basis_text(group["basis"]), style="dim", highlight=False, markup=False)
        table = Table()
        for column in ("measure", "value", "95 % interval", ""):
            table.add_column(column)
        for row in rows(group):
            table.add_row(*map(escape, row))
        console.print(table)
        for note in group.get("notes", ()):
            console.print(note, style="dim", highlight=False, markup=False)
