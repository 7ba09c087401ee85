"""A run as a folder for a model hub: weights, settings without paths, and a model card."""

from __future__ import annotations

import inspect
import shutil
from typing import TYPE_CHECKING, Any

from allegory.capabilities import CAPABILITIES, Classifies, Samples, capabilities_of
from allegory.errors import UserError
from allegory.files import atomic
from allegory.models.files import CARD, read_about, save_weights, write_card
from allegory.models.files import read_card as blueprint_of
from allegory.recipes.settings import change, field_names, write_run
from allegory.recipes.table import RECIPES
from allegory.report.card import Facts, model_card
from allegory.runs.inputs import short_name
from allegory.tools.requires import tools_for
from allegory.training.journal import read_journal

if TYPE_CHECKING:
    from pathlib import Path

    from allegory.recipes.settings import Run
    from allegory.runs.folder import RunFolder, Weights

__all__ = ["publish", "without_paths"]

PICTURE = "samples.png"
RUNS = ("teacher", "oversample_outliers")
"""Fields that name folders of other runs."""


def publish(folder: RunFolder, out: Path, *, weights: Weights = "best") -> list[Path]:
    """Write README.md, run.toml, model.json, safetensors and, of a sampler, its newest samples.

    The folder is a run's: `allegory.load` and the command line read it. It holds no example of the
    data, no checkpoint, and no path of this machine.

    Args:
        folder: the run.
        out: where to; other files in it are left alone.
        weights: as of `RunFolder.model`.

    Raises:
        UserError: there is no such run, or `out` is the run's own folder.
    """
    run, model = folder.run(), folder.model(weights)
    if out.resolve() == folder.path.resolve():
        raise UserError(f"{out} is the run itself: choose another --out.")
    about = read_about(folder.path)
    name = short_name(str(about.get("data", run.data.source)))
    shared = without_paths(run)
    kept = out / ("best.safetensors" if weights == "best" else "last.safetensors")
    save_weights(kept, model)  # type: ignore[arg-type]
    write_run(shared, out / "run.toml")
    write_card(out, blueprint_of(folder.path), {**about, "data": name})
    written = [kept, out / "run.toml", out / CARD]
    picture = _newest_samples(folder, model)
    if picture is not None:
        shutil.copyfile(picture, out / PICTURE)
        written.append(out / PICTURE)
    card = model_card(_facts(folder, shared, model, name, picture is not None))
    for source in _sources(run).values():
        card = card.replace(source, short_name(source))  # measures name the data that they rest on
    with atomic(out / "README.md") as file:
        file.write(card.encode())
    return [out / "README.md", *written]


def without_paths(run: Run) -> Run:
    """The run, with its sources by their last names, and without folders of other runs."""
    sources = {field: short_name(name) for field, name in _sources(run).items()}
    return change(run, sources | {name: None for name in RUNS if name in field_names(run)})


def _sources(run: Run) -> dict[str, str]:
    named = {"source": run.data.source, "negatives": run.data.negatives, "to": run.data.to}
    return {field: name for field, name in named.items() if name is not None}


def _newest_samples(folder: RunFolder, model: Any) -> Path | None:
    """The newest preview, where it shows samples and no example of the data."""
    found = sorted((folder.path / "previews").glob("*.png"))
    return found[-1] if found and isinstance(model, Samples) else None


def _facts(folder: RunFolder, run: Run, model: Any, name: str, picture: bool) -> Facts:
    records = read_journal(folder.path / "metrics.jsonl")
    health = read_journal(folder.health)
    findings = health[-1].get("findings", ()) if health else ()
    has = capabilities_of(model)
    does = (inspect.getdoc(what) or "" for name, what in CAPABILITIES.items() if name in has)
    tools = [*tools_for(model), *(["classify"] if isinstance(model, Classifies) else [])]
    make = RECIPES.get(run.recipe)
    about = read_about(folder.path)
    return Facts(
        title=f"{run.recipe} on {name}",
        recipe=run.recipe,
        about=(inspect.getdoc(make) or "") if make else "",
        source=name,
        examples=about.get("examples"),
        media=model.media,
        does=[text.partition("\n")[0] for text in does],
        tools=tools,
        settings=run.model_dump(),
        images=min(records[-1]["images"], run.training.images) if records else 0,
        seconds=max((r.get("seconds", 0.0) for r in records), default=0.0),
        weights=sum(p.numel() for p in model.parameters()),
        scores=folder.scores(),
        findings=[f["sentence"] for f in findings],
        picture=PICTURE if picture else None,
    )
