"""allegory compare DIR DIR ..."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import tyro

from allegory.cli.measuring import Measuring, groups_of_measures
from allegory.cli.parse import call, print_json
from allegory.cli.places import RunDir, Source
from allegory.progress import say

__all__ = ["command"]


def command(arguments: list[str]) -> None:
    """Read the arguments, measure and compare."""
    call(compare_systems, arguments, "compare")


def compare_systems(
    dirs: Annotated[tuple[RunDir, ...], tyro.conf.Positional, tyro.conf.arg(metavar="DIR ...")],
    source: Source | None = None,
    *,
    measuring: Measuring,
    out: Annotated[Path | None, tyro.conf.arg(metavar="FILE.html")] = None,
    json: bool = False,
) -> None:
    """Measure runs on the same held-out examples and put them side by side.

    A run is a system; a sweep is one for each of its settings, with its seeds: the table then has
    means and intervals over seeds, and differences in pairs of the same seed. What a run's folder
    knows already is not measured again. GROUPS

    Args:
        dirs: folders of runs or sweeps; the first is what the others are compared with.
        source: data to measure on; by default the test split of each run's own.
        measuring: which measures, and how.
        out: write a page as well.
        json: print one JSON object.
    """
    from allegory.api.measuring import compare
    from allegory.errors import UserError
    from allegory.report.compare import write_comparison

    if out is not None and out.suffix.lower() not in (".html", ".htm"):
        raise UserError(f"cannot write '{out}': a comparison is a page, such as compare.html.")
    found = compare(*dirs, source=source, **measuring.keywords())
    if out is not None:
        write_comparison(out, found)
        say(f"open {out}")
    if json:
        print_json(found)
    else:
        show(found)


compare_systems.__doc__ = str(compare_systems.__doc__).replace("GROUPS", groups_of_measures())


def show(found: dict[str, Any]) -> None:
    """Print a table a group of measures."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from allegory.report.compare import cell, label, reading
    from allegory.report.scores import basis_text

    console = Console()
    for one in found["tables"]:
        console.print(f"\n[bold]{one['measure']}[/bold]", highlight=False)
        console.print(basis_text(one["basis"]), style="dim", highlight=False, markup=False)
        table = Table(caption=escape(reading(one)), show_lines=True)
        for column in ("measure", *one["systems"]):
            table.add_column(escape(column), overflow="fold")
        for figure in one["figures"].values():
            cells = (text(*cell(figure, name)) for name in one["systems"])
            table.add_row(escape(label(figure)), *cells)
        console.print(table)
        for note in one["notes"]:
            console.print(note, style="dim", highlight=False, markup=False)
    for note in found["notes"]:
        console.print(note, highlight=False, markup=False)
    for measure, reasons in found["left_out"].items():
        for name, why in reasons.items():
            console.print(f"{measure} of {name}: {why}.", style="dim", markup=False)


def text(value: str, ends: str, difference: str, best: bool) -> str:
    """A cell: value, interval and difference, each in its line."""
    return "\n".join(filter(None, (f"{value} (best)" if best else value, ends, difference)))
