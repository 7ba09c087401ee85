"""allegory evaluate DIR [SOURCE]."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import tyro

from allegory.cli.parse import at_least, call, names, print_json
from allegory.progress import say
from allegory.tools.requires import MEASURES

__all__ = ["command"]


def command(arguments: list[str]) -> None:
    """Read the arguments and measure."""
    call(evaluate_run, arguments, "evaluate")


def evaluate_run(
    dir: Annotated[Path, tyro.conf.Positional],
    source: Annotated[str | None, tyro.conf.Positional] = None,
    measure: Annotated[tuple[str, ...], tyro.conf.arg(metavar="GROUP ...")] = (),
    examples: int = 2_000,
    samples: int = 5_000,
    draws: int = 64,
    features: str = "default",
    weights: Literal["best", "last", "raw"] = "best",
    seed: int = 0,
    group: Annotated[tuple[str, ...], tyro.conf.arg(metavar="COLUMN ...")] = (),
    bins: int = 5,
    positive: str | None = None,
    json: bool = False,
) -> None:
    """Measure a run's model on held-out examples, and the examples that it generates.

    What is measured goes to the run's folder and its page. GROUPS

    Args:
        dir: folder of the run.
        source: data to measure on; by default the test split of the run's own.
        measure: groups of measures; by default all that the model and the data allow.
        examples: held-out examples at most.
        samples: examples to generate, and held-out ones at most to compare them with.
        draws: importance samples an example for the bound on the likelihood.
        features: what samples are compared by: default (a network trained once on the data's
            training split), pixels, inception, the folder of a run whose model encodes, or a .npz
            file with the arrays real and generated.
        weights: averaged ones at the best held-out loss, the last averaged ones, or the raw ones.
        seed: of draws and samples.
        group: columns of the data, such as of metadata.csv, whose groups are compared; several are
            crossed, numbers are cut at their quantiles.
        bins: groups at most of a column of numbers.
        positive: the class that is looked for, in true- and false-positive rates of groups; by
            default the second of two.
        json: print one JSON object.
    """
    from allegory.api.measuring import evaluate
    from allegory.errors import UserError
    from allegory.runs.folder import RunFolder
    from allegory.runs.play import report

    at_least(1, examples=examples, draws=draws)
    at_least(2, samples=samples, bins=bins)
    scores = evaluate(
        dir,
        source,
        measures=names(measure) or None,
        examples=examples,
        samples=samples,
        draws=draws,
        features=features,
        weights=weights,
        seed=seed,
        group=names(group),
        bins=bins,
        positive=positive,
    )
    if json:
        print_json(scores)
    else:
        show(scores)
    try:
        report(RunFolder(dir))
    except UserError as error:
        say(f"the report is as it was: {error}")


evaluate_run.__doc__ = str(evaluate_run.__doc__).replace(
    "GROUPS",
    "Groups of measures, with what their time grows with:\n\n"
    + "\n\n".join(f"    {name}: {m.asks} ({m.cost})" for name, m in MEASURES.items()),
)


def show(scores: dict[str, Any]) -> None:
    """Print a table a group: what it rests on, then its figures."""
    from rich.console import Console
    from rich.table import Table

    from allegory.report.scores import basis_text, rows

    console = Console()
    console.print(scores["run"], style="bold", highlight=False)
    for name, group in scores["measures"].items():
        console.print(f"\n[bold]{name}[/bold] {MEASURES[name].asks}", highlight=False)
        console.print(basis_text(group["basis"]), style="dim", highlight=False, markup=False)
        table = Table()
        for column in ("measure", "value", "95 % interval", ""):
            table.add_column(column)
        for row in rows(group):
            table.add_row(*row)
        console.print(table)
        for note in group.get("notes", ()):
            console.print(note, style="dim", highlight=False, markup=False)
