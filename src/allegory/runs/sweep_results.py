"""What a sweep has found so far: a record beside each run; tables, page and plots of them all."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from allegory.files import atomic
from allegory.report.outcomes import Outcome, figure_names, tabulate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from allegory.runs.sweep import Job, Sweep, SweepFolder

__all__ = ["flatten", "keep", "kept", "results", "write_results"]


def flatten(scores: Mapping[str, Any]) -> dict[str, float]:
    """The finite figures of an evaluation, each as "group.figure".

    Their intervals are over examples, not over seeds, and are left out.
    """
    return {
        f"{group}.{name}": float(figure["value"])
        for group, found in scores["measures"].items()
        for name, figure in found["figures"].items()
        if figure["value"] is not None and math.isfinite(figure["value"])
    }


def keep(folder: SweepFolder, sweep: Sweep, outcome: Outcome) -> None:
    """Write down what a run came to, beside it."""
    record = asdict(outcome) | {"measures": sweep.measures}
    with atomic(_record(folder, outcome.run)) as file:
        file.write((json.dumps(record, indent=2) + "\n").encode())


def kept(folder: SweepFolder, sweep: Sweep, job: Job) -> Outcome | None:
    """What a run came to; None where it has not ended, or was measured by other measures."""
    try:
        record = json.loads(_record(folder, job.name).read_text(encoding="utf-8"))
        measures = record.pop("measures")
        outcome = Outcome(**record)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    same = measures == (None if sweep.measures is None else list(sweep.measures))
    return outcome if same else None


def _record(folder: SweepFolder, run: str) -> Path:
    return folder.path / run / "outcome.json"


def results(sweep: Sweep, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The sweep so far, as JSON values.

    Returns:
        "recipe", "data", "over", "seeds"; "planned", how many runs there will be; "runs", each
        with its "values", "seed", "figures" and why it "failed", if it did; "table", a row for
        each combination of values with its "measures", each {mean, low, high, n} over the seeds.
    """
    return {
        "recipe": sweep.run.recipe,
        "data": sweep.run.data.source,
        "over": sweep.over,
        "seeds": sweep.seeds,
        "planned": len(sweep.jobs()),
        "runs": [asdict(outcome) for outcome in outcomes],
        "table": [
            {
                "values": row.values,
                "failed": row.failed,
                "measures": {name: asdict(found) for name, found in row.measures.items()},
            }
            for row in tabulate(outcomes)
        ],
    }


def write_results(folder: SweepFolder, sweep: Sweep, outcomes: Sequence[Outcome]) -> None:
    """Write results.json, results.csv, sweep.html and sweep.png."""
    from allegory.report.sweep import write_sweep

    with atomic(folder.path / "results.json") as file:
        file.write((json.dumps(results(sweep, outcomes), indent=2) + "\n").encode())
    with atomic(folder.path / "results.csv") as file:
        file.write(_csv(sweep, outcomes).encode())
    if outcomes:
        write_sweep(
            folder.page,
            folder.picture,
            outcomes,
            recipe=sweep.run.recipe,
            data=sweep.run.data.source,
            planned=len(sweep.jobs()),
        )


def _csv(sweep: Sweep, outcomes: Sequence[Outcome]) -> str:
    """A line a run: where it lies, what was varied, its seed, why it failed, its figures."""
    names = figure_names(outcomes)
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["run", *sweep.over, "seed", "failed", *names])
    for outcome in outcomes:
        figures = [outcome.figures.get(name, "") for name in names]
        values = outcome.values.values()
        writer.writerow([outcome.run, *values, outcome.seed, outcome.failed or "", *figures])
    return file.getvalue()
