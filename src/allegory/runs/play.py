"""Start a run, go on with one, and leave its report."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from allegory.data.open import open_data
from allegory.errors import Interrupted, UserError
from allegory.media import Vectors
from allegory.models.files import read_about, read_card, write_card
from allegory.progress import say
from allegory.recipes.settings import Run, change, write_run
from allegory.runs.at_work import at_work
from allegory.runs.health import Health
from allegory.runs.inputs import from_anywhere, open_for
from allegory.runs.record import Record
from allegory.runs.watch import KeepModel, KeepWeights, Preview
from allegory.tools.concern import concern
from allegory.training.checkpoint import Checkpoints
from allegory.training.journal import Journal, read_journal
from allegory.training.noise import fold
from allegory.training.plan import plan
from allegory.training.trainer import Trainer
from allegory.training.world import World

if TYPE_CHECKING:
    from allegory.capabilities import Model
    from allegory.data.dataset import Dataset
    from allegory.models.build import Blueprint
    from allegory.runs.folder import RunFolder, Weights
    from allegory.training.checkpoint import Checkpoint

__all__ = ["Trained", "begin", "data_of", "go_on", "learn", "report"]


@dataclass(frozen=True)
class Trained:
    """A run that has been trained."""

    folder: RunFolder
    run: Run
    leads: bool
    """Whether this process is the one that speaks, of those that trained together."""

    def model(self, weights: Weights = "best", device: str = "cpu") -> Model:
        """The kept model: the "best" averaged weights, the "last", or the "raw" ones.

        Its own methods take and give tensors on that device; tools bring them there.
        """
        return self.folder.model(weights, device=device)

    def journal(self) -> list[dict[str, Any]]:
        """The records of training: losses, rates, held-out losses."""
        return read_journal(self.folder.path / "metrics.jsonl")


def begin(
    run: Run, folder: RunFolder, data: Dataset | None = None, *, page: bool = True
) -> Trained:
    """Train a run, in a folder that is made for it or already holds a part of this very run.

    Args:
        run: the run.
        folder: where; training goes on from the newest checkpoint in it.
        data: its data, where they are open already.
        page: whether to write its report; not where it is measured first.

    Raises:
        UserError: the data can't be opened, or are too few.
        Interrupted: asked to stop; `go_on` continues.
    """
    world = World.from_environment()
    with at_work(folder.path) if world.leads else nullcontext():
        data = data if data is not None else data_of(run)
        # by the names that they have from every folder
        run = change(from_anywhere(run), {"source": data.name})
        return (play if page else learn)(run, folder, data, world)


def go_on(folder: RunFolder, images: int | None = None) -> Trained:
    """Continue a run from its newest checkpoint; nothing needs to be said again.

    Args:
        folder: of the run.
        images: a new total of examples to see, to train longer than was planned; the learning
            rate then follows the longer schedule from here.

    Raises:
        UserError: this is not the folder of a run, it can't go on, or it has seen so many images.
        Interrupted: asked to stop.
    """
    run = folder.run()
    if images is not None:
        newest = Checkpoints(folder.checkpoints).newest()
        seen = newest.values["images"] if newest else 0
        if images <= seen:
            raise UserError(
                f"{folder.path} has seen {seen:,} images: --images is the new total, and must be "
                f"more (given: {images:,})."
            )
        run = change(run, {"images": images})
    world = World.from_environment()
    if finished(run, folder):
        if world.leads:
            say(f"{folder.path} is finished: --images with a larger total trains it longer.")
        return Trained(folder, run, world.leads)
    with at_work(folder.path) if world.leads else nullcontext():
        return play(run, folder, data_of(run), world)


def finished(run: Run, folder: RunFolder) -> bool:
    """Whether all images were seen, and the report is written."""
    page, checkpoints = folder.path / "report.html", Checkpoints(folder.checkpoints)
    saved = [path.stat().st_mtime for path in checkpoints.paths()]
    # last, since it reads a whole checkpoint: of a run that was interrupted there is no page
    if not saved or not page.exists() or page.stat().st_mtime < saved[-1]:
        return False
    newest = checkpoints.newest()
    return newest is not None and bool(newest.values["images"] >= run.training.images)


def data_of(run: Run) -> Dataset:
    """The data of a run, opened as its settings say."""
    return open_data(run.data.source, run.data)


def play(run: Run, folder: RunFolder, data: Dataset, world: World) -> Trained:
    """Train to the end, from the newest checkpoint if there is one, and write the report."""
    found = learn(run, folder, data, world)
    if world.leads:
        say("writing the report ...")
        report(folder)
    return found


def learn(run: Run, folder: RunFolder, data: Dataset, world: World) -> Trained:
    """Train to the end, from the newest checkpoint if there is one."""
    train, held_out = data.split("train"), data.split("validation")
    if len(train) < 2:
        raise UserError(
            f"'{data.name}' has {len(train)} examples to train on; at least 2 are needed."
        )
    torch.manual_seed(fold(run.training.seed, "weights"))
    game = run.game.build(data)
    about = [concern(game.model, part) for part in (train, held_out)]
    trainer = Trainer(
        game,
        train,
        held_out,
        run.training,
        flips=run.data.flip and not isinstance(data.media, Vectors),
        world=world,
        checkpoints=Checkpoints(folder.checkpoints),
        journal=Journal(folder.path, tensorboard=run.training.tensorboard and world.leads),
        observers=(
            KeepModel(folder),
            KeepWeights(folder),
            Preview(folder, about[1]),
            Health(folder, *about, total=run.training.images),
            Record(folder, about[0]),
        ),
    )
    prepare(trainer, run, folder, data)
    try:
        trainer.play()
    except Interrupted:
        if world.leads:
            say(f"saved after {trainer.images:,} images: 'allegory resume {folder.path}' goes on.")
        raise
    return Trained(folder, run, world.leads)


def prepare(trainer: Trainer, run: Run, folder: RunFolder, data: Dataset) -> None:
    """Take up the newest checkpoint, or plan where there is none yet; write run and card.

    Raises:
        UserError: the checkpoints are damaged, or made with other settings, or with other data
            where examples are weighed.
    """
    checkpoints, blueprint = Checkpoints(folder.checkpoints), run.game.blueprint(data)
    newest = checkpoints.newest()
    if newest is None and checkpoints.paths():
        raise UserError(
            f"no checkpoint in {folder.checkpoints} is whole: the run can't go on. The weights "
            "beside it may still serve; remove the folder of checkpoints to train from the start."
        )
    if newest is not None:
        require_same(trainer, newest, blueprint, folder, data)
        trainer.restore(newest)
    if trainer.world.leads:
        if newest is not None:
            say(going_on(trainer, run, folder, data))
        # not before: what can't be trained leaves no run behind
        write_run(run, folder.settings)
        Journal(folder.path).forget_after(trainer.images)
        write_card(folder.path, blueprint, about(run, data))
    if newest is None:
        text = plan(trainer)
        if trainer.world.leads:
            say(text)


def require_same(
    trainer: Trainer, newest: Checkpoint, blueprint: Blueprint, folder: RunFolder, data: Dataset
) -> None:
    """Refuse a checkpoint of another model, or of other examples where it knows them singly.

    Raises:
        UserError: as of `prepare`.
    """
    if read_card(folder.path) != blueprint:
        raise UserError(
            f"{folder.path} was trained with other settings, or '{data.name}' has changed "
            f"since: the model in it is not the one of {folder.settings}."
        )
    if changed(folder, data) and weighed(trainer, newest):
        raise UserError(
            f"the examples of '{data.name}' are not those that {folder.path} began with, and "
            "it draws them by weights of their own: it can't go on. Bring them back, or train "
            "anew with another --out."
        )


def changed(folder: RunFolder, data: Dataset) -> bool:
    """Whether the examples are others than those that the run began with."""
    return bool(read_about(folder.path).get("fingerprint", data.fingerprint) != data.fingerprint)


def weighed(trainer: Trainer, checkpoint: Checkpoint) -> bool:
    """Whether a checkpoint holds numbers of the single examples, which are of no others."""
    tensors = checkpoint.tensors
    return "weights/" in tensors or any(
        tensors[f"game/{name}"].shape != value.shape
        for name, value in trainer.game.state_dict().items()
        if f"game/{name}" in tensors
    )


def going_on(trainer: Trainer, run: Run, folder: RunFolder, data: Dataset) -> str:
    """From where, and whether with other data."""
    text = f"going on from {trainer.images:,} of {run.training.images:,} images."
    if changed(folder, data):
        text += (
            f"\nthe examples of '{data.name}' are not those that the run began with: it goes on "
            "with them as they are now."
        )
    return text


def about(run: Run, data: Dataset) -> dict[str, Any]:
    """What a reader of a model card wants to know."""
    return {
        "recipe": run.recipe,
        "data": data.name,
        "fingerprint": data.fingerprint,
        "examples": len(data),
        "torch": torch.__version__,
        "python": sys.version.split()[0],
    }


def report(folder: RunFolder) -> None:
    """Write the run's page from what its folder holds."""
    from allegory.report.page import write_report

    run, model = folder.run(), folder.model()
    write_report(
        folder.path,
        model,
        open_for(run, model.media),
        settings=run.model_dump(),
        curves=read_journal(folder.path / "metrics.jsonl"),
        health=read_journal(folder.health),
        scores=folder.scores(),
        weights=folder.drawn_by(),
        notes=[],
    )
