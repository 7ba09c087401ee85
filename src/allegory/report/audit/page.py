"""The page of an audit: one file that can be mailed to a colleague."""

from __future__ import annotations

import shlex
from html import escape
from typing import TYPE_CHECKING

from allegory.files import atomic
from allegory.report.audit.copies import copies_section
from allegory.report.audit.glance import glance_section, tiles
from allegory.report.audit.groups import groups_section
from allegory.report.audit.latent_map import map_section
from allegory.report.audit.odd import labels_section, outliers_section
from allegory.report.audit.short import short_section
from allegory.report.audit.varies import directions_section, kinds_section, regions_section
from allegory.report.frame import framed, script
from allegory.report.html import Section, link

if TYPE_CHECKING:
    from pathlib import Path

    from allegory.report.audit.audited import Audited

__all__ = ["write_audit"]


def write_audit(found: Audited, path: Path, *, run: Path) -> None:
    """Write the page.

    Args:
        found: what it shows.
        path: of the page; weights.csv and outliers.csv lie beside it.
        run: folder of the run whose model it is.
    """
    made = [
        short_section(found),
        glance_section(found),
        map_section(found),
        directions_section(found),
        kinds_section(found),
        regions_section(found),
        outliers_section(found),
        copies_section(found),
        labels_section(found),
        groups_section(found),
        next_section(found, run),
    ]
    name = found.data.name.rstrip("/").rsplit("/", 1)[-1]
    page = framed(
        [section for section in made if section is not None],
        title=f"audit of {name}",
        eyebrow="audit of a data set",
        heading=escape(name),
        head=tiles(found),
        tail=script("audit.js"),
        style="audit.css",
    )
    with atomic(path) as file:
        file.write(page.encode())


def next_section(found: Audited, run: Path) -> Section:
    """The files beside the page, and commands that go on from here."""
    folder, source = shlex.quote(str(run)), shlex.quote(found.data.name)
    balance, half = f"balance {folder} {source}", max(1, len(found.data) // 2)
    part, filled = ("subset", "filled") if found.pictures else ("subset.csv", "filled.npz")
    lines = [(f"{balance} --select {half} --out {part}", "a balanced part of the data")]
    if found.decodes:
        lines.append((f"{balance} --generate {half} --out {filled}", "thin regions filled"))
    label = next(iter(found.suspects), None)
    if label is not None:
        column = shlex.quote(label)
        lines += [
            (f"{balance} --within {column}", "weights that keep the shares of a column"),
            (f"train dbvae {source} --label {column}", "a classifier that learns from the rare"),
        ]
    lines += [
        (f"outliers {folder} {source} --html", "the unusual ones, with every score"),
        (f"encode {folder} {source} --out codes.csv", "the codes, for any other program"),
    ]
    commands = "".join(
        f"<li><code>allegory {escape(line)}</code><span>{escape(what)}</span></li>"
        for line, what in lines
    )
    files = (
        f"<p>{link('weights.csv', 'weights.csv')} has a weight for each example (1 is the mean), "
        "by how rare it is: for torch's WeightedRandomSampler, scikit-learn's sample_weight, or "
        f"any other training. {link('outliers.csv', 'outliers.csv')} has the scores of all "
        "examples, the strangest first.</p>"
    )
    return Section(
        "What to do next",
        "Mend or remove what does not belong, then balance what is left: an example that does not "
        "belong is rare too, and would weigh most.",
        f'{files}<ul class="commands">{commands}</ul>',
    )
