"""The page of a sweep: a table over the seeds, a plot per measure, links to the runs' reports."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from allegory.files import atomic
from allegory.report.facts import words
from allegory.report.frame import framed, tile_list
from allegory.report.html import Html, Section, figure, link, notice, table
from allegory.report.outcomes import figure_names, tabulate, text
from allegory.report.panels import draw_panels
from allegory.report.plots import plot
from allegory.report.sheets import write_picture
from allegory.report.sweep_plots import panels
from allegory.report.ticks import short

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from allegory.measures.replicates import Replicates
    from allegory.report.outcomes import Outcome, Row
    from allegory.report.sweep_plots import Panel

__all__ = ["interval", "spread", "write_sweep"]


def write_sweep(
    page: Path, picture: Path, outcomes: Sequence[Outcome], *, recipe: str, data: str, planned: int
) -> None:
    """Write the page of a sweep and, where there is something to draw, its plots as a picture.

    Args:
        page: the file of the page, in the folder that the runs lie in.
        picture: the file of the picture.
        outcomes: at least one run that is done, each with the same varied fields.
        recipe: name of the recipe.
        data: name of the data.
        planned: how many runs there will be.
    """
    rows = tabulate(outcomes)
    drawn = panels(rows)
    failed = sum(row.failed for row in rows)
    fields = " and ".join(rows[0].values)
    over = f"{recipe} over {fields or 'seeds'}"
    sections = [_table(rows)]
    if drawn:
        sections.append(_plots(drawn, rows))
    if failed:
        sections.append(_failures(outcomes))
    notes = []
    if len(outcomes) < planned:
        notes.append(f"Unfinished: {len(outcomes)} of {planned} runs are done.")
    if failed:
        notes.append(f"{failed} of {len(outcomes)} runs failed; below is why.")
    numbers = [(str(len(outcomes)), "runs")]
    if fields:
        numbers.insert(0, (str(len(rows)), f"settings of {fields}"))
    html = framed(
        sections,
        title=f"{over} on {data}",
        eyebrow=page.parent.name,
        heading=f"{escape(over)} <em>on</em> {escape(data)}",
        head="".join([tile_list(numbers), *map(notice, notes)]),
        tail="",
    )
    with atomic(page) as file:
        file.write(html.encode())
    if drawn:
        write_picture(draw_panels(drawn), picture)


def spread(rows: Sequence[Row]) -> str:
    """What the intervals are, in a sentence."""
    most = max(len(row.outcomes) - row.failed for row in rows)
    if most < 2:
        return "One seed: there is no interval, and a difference may be chance."
    return "The mean over the seeds and its 95 % interval (Student's t)."


def interval(found: Replicates | None) -> str:
    """The ends of the interval; empty where there is none."""
    if found is None or found.ends is None:
        return ""
    return " … ".join(map(short, found.ends))


def _table(rows: Sequence[Row]) -> Section:
    names = figure_names([o for row in rows for o in row.outcomes])
    head = [*rows[0].values, "seeds", *map(words, names)]
    body = [
        [
            *map(text, row.values.values()),
            _seeds(row),
            *(_figure(row.measures.get(name)) for name in names),
        ]
        for row in rows
    ]
    files = f"{link('results.csv', 'results.csv')} has every run by itself."
    lead = f"{spread(rows)} Each seed links to the report of its run."
    results = f'<div class="results">{table(body, head)}</div><p class="note">{files}</p>'
    return Section("Results", lead, results)


def _seeds(row: Row) -> str:
    """A link to the report of each run, by its seed."""
    ready = [link(f"{o.run}/report.html", str(o.seed)) for o in row.outcomes if o.failed is None]
    return Html(" ".join([*ready, *([f"({row.failed} failed)"] if row.failed else [])]))


def _figure(found: Replicates | None) -> str:
    if found is None:
        return "–"
    if found.ends is None:
        return short(found.mean)
    return Html(f"{short(found.mean)}<br><small>{interval(found)}</small>")


def _plots(drawn: Sequence[Panel], rows: Sequence[Row]) -> Section:
    bars = " Bars are 95 % intervals, dots single runs." if _many(rows) else ""
    pieces = [
        figure(
            plot(
                panel.series,
                title=f"{panel.title} over {panel.x_label}",
                x_label=panel.x_label,
                x_range=panel.x_range,
                x_ticks=panel.ticks,
            ),
            panel.title,
        )
        for panel in drawn
    ]
    lead = f"Each measure over {drawn[0].x_label}; the line joins the means.{bars}"
    return Section("Plots", lead, f'<div class="plots">{"".join(pieces)}</div>')


def _many(rows: Sequence[Row]) -> bool:
    return any(len(row.outcomes) - row.failed > 1 for row in rows)


def _failures(outcomes: Sequence[Outcome]) -> Section:
    failed = [o for o in outcomes if o.failed is not None]
    lead = "Remove the folder of a run and resume the sweep to have it tried again."
    body = [(o.run, o.failed or "") for o in failed]
    return Section("Failed runs", lead, table(body, ("run", "reason")))
