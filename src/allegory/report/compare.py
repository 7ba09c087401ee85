"""The page of a comparison: a table a group of measures, a row a figure, a column a system."""

from __future__ import annotations

import math
import os
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from allegory.files import atomic
from allegory.report.frame import framed, tile_list
from allegory.report.html import Html, Section, figure, image, link, notice, table
from allegory.report.moments import read_moments, read_sheets
from allegory.report.scores import basis_text
from allegory.report.ticks import short
from allegory.report.views import show_points
from allegory.tools.requires import MEASURES

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["cell", "label", "reading", "write_comparison"]

BEST = "best"
ARROWS = {"higher": "↑", "lower": "↓", "": ""}
"""Which way is better."""
DIGITS = 6
"""Behind the point, at most."""


def write_comparison(page: Path, comparison: Mapping[str, Any]) -> None:
    """Write the page of a comparison: the JSON values of `runs.compare.compare`."""
    systems = comparison["systems"]
    names = [system["name"] for system in systems]
    runs = sum(len(system["runs"]) for system in systems)
    sections = [*_examples(systems), *map(_section, comparison["tables"])]
    if comparison["left_out"]:
        sections.append(_left_out(comparison["left_out"]))
    sections.append(_systems(systems, page))
    html = framed(
        sections,
        title=f"Comparison of {', '.join(names)}",
        eyebrow="Comparison",
        heading=" <em>and</em> ".join(map(escape, names)),
        head=tile_list([(str(len(systems)), "systems"), (str(runs), "runs")])
        + "".join(map(notice, comparison["notes"])),
        tail="",
    )
    with atomic(page) as file:
        file.write(html.encode())


def reading(found: Mapping[str, Any]) -> str:
    """How a table is to be read, in sentences."""
    first, *others = found["systems"]
    kinds = {kind for figure in found["figures"].values() for kind in figure["over"].values()}
    said = ["↑: higher is better, ↓: lower."]
    if "seeds" in kinds:
        said.append("Means over seeds, with Student's 95 % interval.")
    if "examples" in kinds:
        said.append("Of a single run the 95 % interval is over examples: another seed may differ.")
    if others:
        paired = ", in pairs of the same seed" if "seeds" in kinds else ""
        said.append(f"Below: how much more than {first}{paired}.")
        said.append("The best is marked where intervals tell it from each other system.")
    return " ".join(said)


def cell(figure: Mapping[str, Any], system: str) -> tuple[str, str, str, bool]:
    """A figure of a system: value, interval, difference from the first; whether it is the best."""
    value = figure["values"].get(system)
    if value is None:
        return "–", "", "", False
    mean, ends = numbers(value)
    more = figure["differences"].get(system)
    difference = ""
    if more is not None:
        shown, around = numbers(more)
        plus = "+" if more["mean"] > 0 else ""
        difference = f"{plus}{shown} ({around})" if around else f"{plus}{shown}"
    return mean, ends, difference, figure["best"] == system


def numbers(found: Mapping[str, Any]) -> tuple[str, str]:
    """The mean and its interval, "" where it has none, to two digits of the interval's half."""
    mean, low, high = (found[name] for name in ("mean", "low", "high"))
    if low is None or high is None:
        return short(mean), ""
    half = (high - low) / 2
    digits = 1 - math.floor(math.log10(half)) if half > 0 else 0
    if not 0 < digits <= DIGITS:
        return short(mean), f"{short(low)} … {short(high)}"
    mean, low, high = (f"{v:.{digits}f}".replace("-", "−") for v in (mean, low, high))
    return mean, f"{low} … {high}"


def label(figure: Mapping[str, Any]) -> str:
    """The name of a row."""
    unit = f", {figure['unit']}" if figure["unit"] else ""
    return f"{figure['label']}{unit} {ARROWS[figure['better']]}".rstrip()


def _examples(systems: list[Mapping[str, Any]]) -> list[Section]:
    """What the systems make, side by side, where their runs have previews."""
    figures = []
    for system in systems:
        what = f"{system['name']}: {system['shows']}"
        picture = _newest(Path(system["runs"][0]), what)
        if picture:
            figures.append(figure(picture, what))
    lead = "Not chosen: of the first seed of each system, the newest that its training kept."
    if any(system["shows"] == "translations" for system in systems):
        lead += " Of translations, from above: originals, what they become, partners or way back."
    body = f'<div class="plots">{"".join(figures)}</div>'
    return [Section("Examples", lead, body)] if figures else []


def _newest(run: Path, alt: str) -> str:
    """What a run's model made last while it was trained, as HTML; "" where nothing was kept."""
    moments, sheets = read_moments(run), read_sheets(run)
    if moments:
        made, data = (torch.from_numpy(side) for side in (moments[-1].points, moments[-1].data))
        return show_points(made, alt, beside=data)
    return image(sheets[-1][1], alt, kind="smooth") if sheets else ""


def _section(found: Mapping[str, Any]) -> Section:
    names = found["systems"]
    rows = [
        [label(figure), *(_cell(figure, name) for name in names)]
        for figure in found["figures"].values()
    ]
    asks = MEASURES[found["measure"]].asks if found["measure"] in MEASURES else ""
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in found["notes"])
    body = f'<div class="results">{table(rows, ("measure", *names))}</div>'
    about = f"{asks} {basis_text(found['basis'])} {reading(found)}"
    return Section(found["measure"].capitalize(), about, body + notes)


def _cell(figure: Mapping[str, Any], system: str) -> str:
    value, ends, difference, best = cell(figure, system)
    shown = f"<strong>{value}</strong> <small>{BEST}</small>" if best else escape(value)
    aside = "".join(f"<br><small>{escape(text)}</small>" for text in (ends, difference) if text)
    return Html(shown + aside)


def _left_out(reasons: Mapping[str, Mapping[str, str]]) -> Section:
    rows = [(m, name, why) for m, of in reasons.items() for name, why in of.items()]
    lead = "What could not be measured, and why."
    return Section("Not measured", lead, table(rows, ("measure", "system", "reason")))


def _systems(systems: list[Mapping[str, Any]], page: Path) -> Section:
    rows = [
        (system["name"], system["recipe"], _runs(system, page.resolve().parent))
        for system in systems
    ]
    lead = "What was compared; each seed links to the report of its run."
    return Section("Systems", lead, table(rows, ("system", "recipe", "seeds")))


def _runs(system: Mapping[str, Any], home: Path) -> str:
    """A link to the report of each run, by its seed."""
    pairs = zip(system["seeds"], system["runs"], strict=True)
    reports = [(str(seed), Path(run) / "report.html") for seed, run in pairs]
    links = [link(os.path.relpath(report, home), seed) for seed, report in reports]
    return Html(" ".join(links))
