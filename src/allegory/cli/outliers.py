"""allegory outliers DIR [SOURCE] --out FILE [--html]."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import tyro

from allegory.cli.parse import call, print_json
from allegory.cli.places import RunDir, Source
from allegory.progress import say

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from allegory.tools.outliers import Detector

    Table = dict[str, NDArray[np.generic]]

__all__ = ["command"]

TOLD = 10
"""Examples of which a line is said, at most."""


def command(arguments: list[str]) -> None:
    """Read the arguments and look for outliers."""
    call(find, arguments, "outliers")


def find(
    dir: Annotated[RunDir, tyro.conf.Positional],
    source: Annotated[Source | None, tyro.conf.Positional] = None,
    out: Path = Path("outliers.csv"),
    html: bool = False,
    score: str = "combined",
    false_alarms: float = 0.05,
    weights: Literal["best", "last", "raw"] = "best",
    seed: int = 0,
    json: bool = False,
) -> None:
    """Find what does not belong: every example with its scores, the most unusual first.

    What is normal is learned from what the run held out of training, and no outlier is needed. An
    example is an outlier where a normal one is as strange with a probability of --false-alarms at
    most: of normal examples alone about that share is flagged.

    Args:
        dir: folder of the run.
        source: whose examples; by default all of the run's own data.
        out: a .csv, .npz or .parquet file.
        html: write a page beside it too, with pictures, reconstructions and error maps.
        score: the one that decides: combined, appearance, latent, reconstruction, bound,
            typicality, complexity, regret (slow), features or realness, as far as the model can.
        false_alarms: share of normal examples that may be flagged.
        weights: averaged ones at the best held-out loss, the last averaged ones, or the raw ones.
        seed: of draws.
        json: print one JSON object.
    """
    from allegory.report.outliers import write_page
    from allegory.runs.folder import RunFolder
    from allegory.runs.inputs import open_for
    from allegory.runs.outliers import detector_of
    from allegory.tools.encode import check_table, write_table
    from allegory.tools.outliers import outlier_table

    check_table(out)
    folder = RunFolder(dir)
    detector = detector_of(
        folder, score=score, false_alarms=false_alarms, weights=weights, seed=seed
    )
    if math.isinf(detector.threshold):
        m = len(detector.calibration[score])
        say(
            f"{m:,} normal examples can't tell one in {1 / false_alarms:,.0f}: nothing is "
            f"flagged. --false-alarms {rounded_up(1 / (m + 1)):.2g} is the least."
        )
    data = open_for(folder.run(), detector.model.media, source)
    found = detector.judge(data, shown=True)
    table = outlier_table(data, found, score)
    write_table(table, out)
    page = out.with_suffix(".html") if html else None
    if page is not None:
        write_page(page, detector, data, found, run=dir.resolve().name)
    if json:
        print_json(summary(detector, table, out, page))
    else:
        tell(detector, table)
    say(f"{len(data):,} examples, the most unusual first: {out}")
    if page is not None:
        say(f"page: {page}")


def rounded_up(share: float) -> float:
    """The least number of two digits that is not below."""
    unit = 10.0 ** (math.floor(math.log10(share)) - 1)
    return math.ceil(share / unit - 1e-9) * unit


def summary(detector: Detector, table: Table, out: Path, page: Path | None) -> dict[str, Any]:
    """What was found, as JSON values."""
    outliers = int((table["outlier"] == "yes").sum())
    n = len(table["row"])
    return {
        "table": str(out),
        "page": None if page is None else str(page),
        "examples": n,
        "outliers": outliers,
        "expected_false_alarms": round(detector.false_alarms * n, 1),
        "score": detector.score,
        "false_alarms": detector.false_alarms,
        "threshold": detector.threshold if math.isfinite(detector.threshold) else None,
        "calibrated_on": len(detector.calibration[detector.score]),
        "seed": detector.seed,
        "most_unusual": [
            {name: table[name][i].item() for name in shown(detector, table)}
            for i in range(min(TOLD, n))
        ],
    }


def tell(detector: Detector, table: Table) -> None:
    """Print the most unusual examples as a table."""
    from rich.console import Console
    from rich.table import Table as Printed

    n, outliers = len(table["row"]), int((table["outlier"] == "yes").sum())
    expected = detector.false_alarms * n
    printed = Printed(
        caption=f"{outliers:,} of {n:,} beyond the threshold of {detector.threshold:.4g}; were "
        f"all of them normal, about {expected:,.0f} would be."
    )
    names = shown(detector, table)
    for name in names:
        printed.add_column(name)
    for i in range(min(TOLD, n)):
        printed.add_row(*(cell(table[name][i].item()) for name in names))
    Console().print(printed)


def shown(detector: Detector, table: Table) -> list[str]:
    """The columns that tell which example it is, and how unusual."""
    names = [name for name in ("file_name",) if name in table]
    return ["row", *names, detector.score, "p_value", "outlier"]


def cell(value: Any) -> str:
    """A value as short text."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
