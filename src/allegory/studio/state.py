"""How a run stands: all that the pages tell of it, read from its folder alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allegory.errors import UserError
from allegory.media import Vectors
from allegory.models.files import read_about, read_card
from allegory.recipes.settings import read_run
from allegory.runs.at_work import coming, worker
from allegory.runs.inputs import short_name
from allegory.studio.shelf import ASKED
from allegory.studio.train import LOG
from allegory.training.journal import read_journal

if TYPE_CHECKING:
    from pathlib import Path

    from allegory.recipes.settings import Run
    from allegory.runs.folder import RunFolder

__all__ = ["details", "preview", "summary"]

POINTS = 200
"""Points of a curve, at most."""
TAIL = 4_000
"""Bytes of the log's end that are told."""


def summary(folder: RunFolder) -> dict[str, Any]:
    """A run in a list.

    Returns:
        "id", "recipe", "data", "state" (starting, training, stopped, done, failed), "images" seen,
        "total", "seconds_left" (None where not known), "loss" (the last held out), "preview"
        (images at the newest, or None), "points" (whether previews are drawn of points), "note".
    """
    return _summary(folder, read_journal(folder.path / "metrics.jsonl"))


def _summary(folder: RunFolder, records: list[dict[str, Any]]) -> dict[str, Any]:
    name = folder.path.name
    try:
        run = run_of(folder)
    except UserError as error:
        return {"id": name, "state": "unreadable", "note": str(error), "images": 0, "total": 0}
    images = min(records[-1]["images"], run.training.images) if records else 0
    state = state_of(folder, run, images)
    held_out = [r["held_out"]["total"] for r in records if "held_out" in r]
    previews = _previews(folder)
    return {
        "id": name,
        "recipe": run.recipe,
        "data": short_name(read_about(folder.path).get("data", run.data.source)),
        "state": state,
        "images": images,
        "total": run.training.images,
        "seconds_left": _left(records, run, images) if state == "training" else None,
        "loss": held_out[-1] if held_out else None,
        "preview": previews[-1] if previews else None,
        "points": _points(folder),
        "note": _last_words(folder) if state in ("failed", "starting") else "",
    }


def run_of(folder: RunFolder) -> Run:
    """The run as a value: as it is trained, or as it was asked for."""
    return folder.run() if folder.settings.exists() else read_run(folder.path / ASKED)


def state_of(folder: RunFolder, run: Run, images: int) -> str:
    """One word for how the run stands."""
    path = folder.path
    if worker(path) is not None:
        # while data are opened nothing is written yet
        return "training" if folder.settings.exists() else "starting"
    if coming(path) is not None:
        return "starting"
    if not folder.settings.exists():
        return "failed"
    return "done" if images >= run.training.images else "stopped"


def details(folder: RunFolder) -> dict[str, Any]:
    """A run on its own page: also its curves, health in words, previews, and the log's end."""
    records = read_journal(folder.path / "metrics.jsonl")
    health = read_journal(folder.health)
    return {
        **_summary(folder, records),
        "curves": {
            "train": curve(records, "train"),
            "held_out": curve(records, "held_out"),
        },
        "judge": judge(records),
        "rate": next(
            (r["rates"]["images_per_second"] for r in reversed(records) if "rates" in r), None
        ),
        "judged": bool(health),
        "findings": [
            {"sentence": f["sentence"], "advice": f["advice"]}
            for f in (health[-1].get("findings", ()) if health else ())
        ],
        "previews": _previews(folder),
        "report": folder.report.exists(),
        "log": _log(folder),
    }


def curve(records: list[dict[str, Any]], group: str) -> list[tuple[int, float]]:
    """The total of a group of losses over the images seen; thinned out where there are many."""
    points = [(r["images"], float(r[group]["total"])) for r in records if group in r]
    step = -(-len(points) // POINTS) or 1
    return points[::-1][::step][::-1]


def judge(records: list[dict[str, Any]]) -> str:
    """What is measured on held-out examples, where it is not the loss of training; else ""."""
    newest = {
        group: set(r[group]) for r in records for group in ("train", "held_out") if group in r
    }
    if len(newest) < 2 or newest["train"] == newest["held_out"]:
        return ""
    return ", ".join(sorted(newest["held_out"] - {"total"}))


def preview(folder: RunFolder, images: int) -> Path | None:
    """The file of a preview."""
    path = folder.path / "previews" / f"{images:012d}.png"
    return path if images in _previews(folder) else None


def _previews(folder: RunFolder) -> list[int]:
    paths = (folder.path / "previews").glob("*.png")
    return sorted(int(path.stem) for path in paths if path.stem.isdigit())


def _points(folder: RunFolder) -> bool:
    try:
        return isinstance(read_card(folder.path).media, Vectors)
    except UserError:
        return False


def _left(records: list[dict[str, Any]], run: Run, images: int) -> float | None:
    rates = [r["rates"]["images_per_second"] for r in records if "rates" in r]
    return (run.training.images - images) / rates[-1] if rates and rates[-1] > 0 else None


def _log(folder: RunFolder) -> str:
    path = folder.path / LOG
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


def _last_words(folder: RunFolder) -> str:
    lines = _log(folder).strip().splitlines()
    return lines[-1].removeprefix("allegory: ") if lines else ""
