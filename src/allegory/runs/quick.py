"""A model that looks at a data set: that of a run, or a small one that is soon trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allegory.data.check import check
from allegory.data.open import open_data
from allegory.errors import UserError
from allegory.media import Images
from allegory.models.files import read_about
from allegory.progress import say
from allegory.recipes.settings import change
from allegory.recipes.table import recipe
from allegory.runs.inputs import open_for, read_as
from allegory.runs.play import learn
from allegory.training.checkpoint import Checkpoints
from allegory.training.world import World

if TYPE_CHECKING:
    from allegory.capabilities import Model
    from allegory.data.check_report import Report
    from allegory.data.dataset import Dataset
    from allegory.recipes.settings import Run
    from allegory.runs.folder import RunFolder

__all__ = ["Begun", "images_for", "with_quick_model", "with_run"]

SIDE = 64
"""Longest side of the pictures that the quick model sees, unless it is said."""
MOST_IMAGES, IMAGES_EACH, LEAST_IMAGES = 60_000, 100, 6_000
"""Images that the quick model learns from: so many an example, within bounds."""


@dataclass(frozen=True)
class Begun:
    """What an audit begins with."""

    folder: RunFolder
    model: Model
    data: Dataset
    check: Report


def images_for(data: Dataset, most: int) -> int:
    """Images that a small network learns from: so many an example, within bounds."""
    return min(most, max(LEAST_IMAGES, IMAGES_EACH * len(data)))


def with_run(folder: RunFolder, source: str | None) -> Begun:
    """The model of a run before a source, by default its own data."""
    run, model = folder.run(), folder.model()
    data = open_for(run, model.media, source)
    own = data.name == run.data.source
    found = check(data.name, run.data) if own else check(data.name, **read_as(model.media))
    return Begun(folder, model, data, found)


def with_quick_model(source: str, folder: RunFolder, size: str, mode: str) -> Begun:
    """Train a small VAE, or go on with one that was stopped; done, it is taken as it is.

    Raises:
        UserError: the folder holds the model of another source, or of other settings.
    """
    data, run = _quick_run(source, size, mode)
    if folder.settings.exists():
        kept = folder.run()
        if kept.data != run.data or kept.game != run.game:
            raise UserError(
                f"{folder.path} holds the model of another audit: choose another --out, or remove "
                "it."
            )
        run = kept
    newest = Checkpoints(folder.checkpoints).newest()
    if newest is None or newest.values["images"] < run.training.images:
        learn(run, folder, data, World.from_environment())
    elif read_about(folder.path).get("fingerprint") != data.fingerprint:
        say(
            f"'{data.name}' has changed since the model of its audit was trained, which looks at "
            f"it all the same: remove {folder.path} to train it anew."
        )
    return Begun(folder, folder.model(), data, check(data.name, run.data))


def _quick_run(source: str, size: str, mode: str) -> tuple[Dataset, Run]:
    """The source, no larger than SIDE unless a size is said, and a VAE that is soon trained."""
    data = open_data(source, size=size, mode=mode)
    if size == "auto" and isinstance(data.media, Images):
        sides = (data.media.height, data.media.width)
        if max(sides) > SIDE:
            size = "x".join(str(max(1, round(side * SIDE / max(sides)))) for side in sides)
            data = open_data(source, size=size, mode=mode)
    fields = {
        "source": data.name,
        "size": size,
        "mode": mode,
        "network": "tiny",
        "images": images_for(data, MOST_IMAGES),
        "batch": min(32, max(2, len(data.splits["train"]))),
        "evaluations": 4,
        "held_out": 500,
    }
    return data, change(recipe("vae"), fields)
