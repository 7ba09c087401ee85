"""allegory balance DIR SOURCE --out weights.csv."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import tyro

from allegory.cli.parse import call, print_json
from allegory.cli.places import RunDir, Source
from allegory.progress import say

__all__ = ["command"]

SHOWN = 12
"""Groups of a column that are listed: those whose share moves most."""


def command(arguments: list[str]) -> None:
    """Read the arguments and balance."""
    call(balance_run, arguments, "balance")


def balance_run(
    dir: Annotated[RunDir, tyro.conf.Positional],
    source: Annotated[Source | None, tyro.conf.Positional, tyro.conf.arg(metavar="SOURCE")] = None,
    out: Path = Path("weights.csv"),
    within: Annotated[str | None, tyro.conf.arg(metavar="COLUMN")] = None,
    select: Annotated[int | None, tyro.conf.arg(metavar="N")] = None,
    generate: Annotated[int | None, tyro.conf.arg(metavar="N")] = None,
    density: Literal["kernel", "histograms"] = "kernel",
    alpha: float = 0.02,
    cap: float = 10.0,
    weights: Literal["best", "last", "raw"] = "best",
    seed: int = 0,
    json: bool = False,
) -> None:
    """Weigh examples by how rare they are, for any training: what is rare counts more.

    The table has a row for each example: its file name, its weight (1 is the mean) and its rarity
    (the share of the others that have more like them). No label is needed.

    Args:
        dir: folder of a run whose model encodes.
        source: a folder, an array or a built-in source; by default the run's own data.
        out: a .csv, .npz or .parquet file for the table; with --select or --generate also a new
            folder or, with --generate, a .npz file for the examples themselves.
        within: a column of categories: rarity is looked at in each by itself, and their shares
            stay.
        select: draw so many examples by their weights, none twice: the table lists them, a folder
            gets copies.
        generate: add so many examples of the model to those that are there (or selected), where
            they are thin; metadata.csv marks them in the column "generated".
        density: how rarity is estimated: among all latents at once, or by the published product
            of histograms.
        alpha: added to each density, in mean densities: the larger, the more even the weights.
        cap: the largest weight.
        weights: averaged ones at the best held-out loss, the last averaged ones, or the raw ones.
        seed: of what is selected and generated.
        json: print one JSON object.
    """
    from allegory.api.runs import balance

    found = balance(
        dir,
        source,
        out=out,
        within=within,
        select=select,
        generate=generate,
        density=density,
        alpha=alpha,
        cap=cap,
        weights=weights,
        seed=seed,
    )
    if json:
        print_json({"run": str(dir), "out": str(out), **found.summary})
    else:
        show(found.summary)
    say(f"{wrote(found.summary)}: {out}")


def wrote(summary: dict[str, Any]) -> str:
    """What was written, in words."""
    if summary["generated"]:
        real = summary["selected"] or summary["examples"]
        return f"{real:,} examples and {summary['generated']:,} that the model made"
    if summary["selected"]:
        return f"{summary['selected']:,} of {summary['examples']:,} examples"
    return f"weights of {summary['examples']:,} examples"


def show(summary: dict[str, Any]) -> None:
    """Print how far weights go, and how the shares of groups move."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    n = summary["examples"]
    console.print(
        f"{n:,} examples, weights from {summary['smallest']:.2g} to {summary['largest']:.3g}; "
        f"weighted they are worth {summary['effective']:,.0f} in precision, and cover what is "
        "rare more evenly.",
        highlight=False,
    )
    if summary["skipped"]:
        console.print(f"{summary['skipped']:,} could not be used: 'allegory check' says why.")
    if not summary["shares"]:
        return
    table = Table()
    for heading in ("column", "group", "share before", "after"):
        table.add_column(heading, justify="left" if heading in ("column", "group") else "right")
    for column, groups in summary["shares"].items():
        moved = sorted(groups, key=lambda g: -abs(groups[g][1] - groups[g][0]))[:SHOWN]
        for k, group in enumerate(g for g in groups if g in moved):
            before, after = groups[group]
            table.add_row(column if not k else "", group, f"{before:.1%}", f"{after:.1%}")
    console.print(table)
