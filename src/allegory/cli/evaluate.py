"""allegory evaluate DIR [SOURCE]."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import tyro

from allegory.cli.parse import at_least, call, print_json
from allegory.progress import say

__all__ = ["command"]


def command(arguments: list[str]) -> None:
    """Read the arguments and measure."""
    call(evaluate_run, arguments, "evaluate")


def evaluate_run(
    dir: Annotated[Path, tyro.conf.Positional],
    source: Annotated[str | None, tyro.conf.Positional] = None,
    examples: int = 2_000,
    draws: int = 64,
    weights: Literal["best", "last", "raw"] = "best",
    seed: int = 0,
    json: bool = False,
) -> None:
    """Measure a run's model on held-out examples: reconstruction, likelihood, prediction.

    Args:
        dir: folder of the run.
        source: examples to measure on; by default the test split of the run's own data.
        examples: how many at most.
        draws: importance samples an example for the bound.
        weights: averaged ones at the best held-out loss, the last averaged ones, or the raw ones.
        seed: of the draws.
        json: print one JSON object.
    """
    from allegory.api import evaluate
    from allegory.errors import UserError
    from allegory.runs.folder import RunFolder
    from allegory.runs.play import report

    at_least(1, examples=examples, draws=draws)
    scores = evaluate(dir, source, examples=examples, draws=draws, weights=weights, seed=seed)
    if json:
        print_json(scores)
    else:
        show(scores)
    try:
        report(RunFolder(dir))
    except UserError as error:
        say(f"the report is as it was: {error}")


def show(scores: dict[str, Any]) -> None:
    """Print the scores as a table."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{scores['run']}: {scores['n']:,} examples of {scores['data']}")
    for column in ("measure", "mean", "95 % interval", ""):
        table.add_column(column)
    if "reconstruction" in scores:
        found = scores["reconstruction"]
        note = f"{found['psnr_db']:.2f} dB" if "psnr_db" in found else ""
        interval = f"{found['low']:.5f} … {found['high']:.5f}"
        table.add_row("squared error a value", f"{found['mean']:.5f}", interval, note)
    names = {
        "negative_elbo": "-ELBO, nats",
        "negative_bound": "-importance-weighted bound, nats",
        "negative_log_density": "-true log-density, nats",
    }
    for key, name in names.items():
        if key in scores:
            found = scores[key]
            bits = found.get("bits_per_dimension")
            note = f"{bits:.3f} bits/dim" if bits is not None else ""
            if "draws" in found:
                note = f"{note}, {found['draws']} draws".lstrip(", ")
            interval = f"{found['low']:.2f} … {found['high']:.2f}"
            table.add_row(name, f"{found['nats']:.2f}", interval, note)
    for column, found in scores.get("prediction", {}).items():
        interval = f"{found['low']:.3f} … {found['high']:.3f}"
        table.add_row(f"R² of {column}", f"{found['r2']:.3f}", interval, f"n = {found['n']:,}")
    Console().print(table)
