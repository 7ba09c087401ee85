"""claims.html: every claim with what was seen of it, on one page that needs nothing else."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING

from allegory.files import atomic
from allegory.report.frame import framed, tile_list
from allegory.report.html import Section, figure, table
from allegory.report.ticks import duration, short

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from allegory.claims.claim import Result

__all__ = ["write_page"]


def write_page(results: Sequence[Result], path: Path) -> None:
    """Write the page of these results."""
    seen = Counter(result.finding.verdict for result in results)
    numbers = [("claims", len(results)), *seen.items()]
    page = framed(
        [overview(results), *map(section, results)],
        title="The lecture's claims, measured",
        eyebrow="claims",
        heading="The lecture’s claims, <em>measured</em>",
        head=tile_list([(str(count), name) for name, count in numbers]),
        tail="",
    )
    with atomic(path) as file:
        file.write(page.encode())


def overview(results: Sequence[Result]) -> Section:
    """All verdicts in a table."""
    rows = [(r.id, r.title, r.budget, r.finding.verdict) for r in results]
    return Section(
        "Verdicts",
        "Each rule was written before its experiment ran. A claim is undecided where the interval "
        "over seeds reaches over the threshold.",
        table(rows, ("claim", "about", "budget", "verdict")),
    )


def section(result: Result) -> Section:
    """One claim: what was said, what was seen, and how to see it again."""
    seen = result.finding
    rows = [
        (f.name, str(f.n), f"{short(f.low)} … {short(f.high)}", f"{short(f.mean)} {f.unit}")
        for f in seen.figures
    ]
    settings = [(name, str(value)) for name, value in result.settings.items()]
    body = [
        f'<p class="verdict {seen.verdict.replace(" ", "-")}">{escape(seen.verdict)}</p>',
        f'<p class="seen">{escape(seen.words)}</p>',
        figure(seen.picture, f"{result.budget} budget, {duration(result.seconds)}."),
        table(rows, ("figure", "seeds", "95 % interval", "mean"), numbers=True),
        f'<p class="note">The rule: {escape(result.rule)}</p>',
        f"<details><summary>Run it again</summary><p><code>allegory claims {escape(result.id)} "
        f"--{result.budget}</code></p>{table(settings, ('setting', 'value'))}</details>",
    ]
    return Section(f"{result.id} {result.title}", result.sentence, "".join(body))
