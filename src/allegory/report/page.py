"""The page that shows a run: one HTML file that needs nothing else."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from allegory.files import atomic
from allegory.report.curves import Record, curves_section
from allegory.report.examples import (
    paths_section,
    reconstructions_section,
    samples_section,
    walk,
)
from allegory.report.facts import (
    data_section,
    flat,
    next_section,
    settings_section,
    tiles,
)
from allegory.report.frame import framed, script
from allegory.report.health import health_section
from allegory.report.html import Section, figure, image, notice
from allegory.report.latents import axes_section, latents_section
from allegory.report.scene import explore
from allegory.report.scores import scores_section
from allegory.report.translations import translations_section
from allegory.report.watch import draw_stills, has_record
from allegory.report.weights import weights_section
from allegory.tools.concern import concern

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from allegory.capabilities import Model
    from allegory.data.dataset import Dataset

__all__ = ["write_report"]

MODEL_SECTIONS = (
    ("translate", translations_section),
    ("sample", samples_section),
    ("reconstruct", reconstructions_section),
    ("traverse", axes_section),
    ("interpolate", paths_section),
    ("encode", latents_section),
)
"""Tool that must work for the model, and the section that it fills."""
HELD_OUT = ("test", "validation")
"""Splits to show examples from: the first that is there and not empty."""


def write_report(
    run_folder: Path,
    model: Model,
    data: Dataset,
    *,
    settings: Mapping[str, Any],
    curves: Sequence[Record],
    health: Sequence[Record] = (),
    scores: Mapping[str, Any] | None = None,
    weights: NDArray[np.float32] | None = None,
    notes: Sequence[str] = (),
    rng_seed: int = 0,
) -> Path:
    """Write `report.html` into the run's folder and return its path.

    `data` is the whole data set: examples are shown from a held-out split of it. `settings` are
    the run's, nested or not, with the name of its "recipe"; `curves` are the records of
    metrics.jsonl, `health` those of health.jsonl; `scores` are the results of an evaluation;
    `weights` (n,) are those by which training examples were drawn; `notes` is what the reader
    should know first. Every section is there whose capabilities the model has.
    """
    train = data.split("train") if len(data.splits.get("train", ())) else data
    shown_by = [concern(model, part) for part in (train, _held_out(data))]
    scene = explore(model, shown_by[0], shown_by[1], rng_seed)
    source = dict(flat(settings)).get("data.source", data.name)
    sections: list[Section | None] = [
        *(make(scene) for tool, make in MODEL_SECTIONS if tool in scene.tools),
        moments_section(run_folder),
        health_section(health),
        weights_section(weights, model, train, curves),
        curves_section(curves),
        scores_section(scores, run_folder),
        data_section(data),
        settings_section(settings),
        next_section(run_folder, str(source), scene.tools),
    ]
    shown = [section for section in sections if section is not None]
    recipe = str(settings.get("recipe", run_folder.name))
    page = framed(
        shown,
        title=f"{recipe} on {data.name}",
        eyebrow=run_folder.name,
        heading=f"{escape(recipe)} <em>on</em> {escape(data.name)}",
        head="".join([tiles(curves, data), walk(scene), *map(notice, notes)]),
        tail=script(),
    )
    path = run_folder / "report.html"
    with atomic(path) as file:
        file.write(page.encode())
    return path


def moments_section(run_folder: Path) -> Section | None:
    """Moments of training side by side; None where nothing was recorded."""
    if not has_record(run_folder):
        return None
    stills = draw_stills(run_folder)
    return Section(
        "How it came along",
        "The same noise at moments of training, from the first record to the last: "
        "'allegory watch' makes a film of all of them.",
        figure(image(stills, "Moments of training", kind="smooth"), "Images seen above each."),
    )


def _held_out(data: Dataset) -> Dataset:
    for name in HELD_OUT:
        if name in data.splits and len(part := data.split(name)):
            return part
    return data
