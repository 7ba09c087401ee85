"""Networks that measures rest on: trained once on a training split, kept in the cache."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from allegory.data.store import cache_folder, key_of
from allegory.media import describe
from allegory.models.files import write_card
from allegory.progress import say
from allegory.runs.alone import alone
from allegory.runs.folder import RunFolder
from allegory.runs.watch import KeepModel
from allegory.training.checkpoint import Checkpoints
from allegory.training.noise import fold
from allegory.training.trainer import Trainer

if TYPE_CHECKING:
    from allegory.capabilities import Model
    from allegory.data.dataset import Dataset
    from allegory.recipes.settings import Run

__all__ = ["kept", "whole"]

VERSION = 1
"""Raised when the same recipe on the same data gives another network."""


def kept(run: Run, train: Dataset, held_out: Dataset, what: str, **also: Any) -> Model:
    """The model of a run on these data: from the cache, else trained and kept there.

    Training that is interrupted is gone on with.

    Args:
        run: its data settings are not looked at.
        train: what is learned from.
        held_out: what the best weights are chosen on.
        what: in words, which network it is: "feature network".
        **also: JSON values that determine it beside the run and the content of `train`.

    Raises:
        Interrupted: asked to stop.
    """
    kind = run.game.kind
    folder = RunFolder(cache_folder() / kind / key(kind, train, run, also))
    card = folder.path / "model.json"
    if not card.exists():
        with alone(folder.path):
            if not card.exists():
                fit(run, folder, train, held_out, what)
    return folder.model()


def whole(data: Dataset) -> tuple[Dataset, Dataset]:
    """The training and validation splits of the whole data set that these are a part of."""
    every = replace(data, rows=np.arange(len(data.store), dtype=np.int64))
    if not len(data.splits.get("train", ())):
        return every, every.select(np.arange(0))
    held_out = data.splits.get("validation", np.arange(0))
    return every.split("train"), replace(data, rows=held_out)


def key(kind: str, train: Dataset, run: Run, also: dict[str, Any]) -> str:
    """Names what determines the network."""
    rows = hashlib.blake2b(train.rows.tobytes(), digest_size=12)
    if not train.fingerprint:
        rows.update(np.ascontiguousarray(train.store).data)
    value = run.model_dump(mode="json", include={"game", "training"})
    what = {"fingerprint": train.fingerprint, "rows": rows.hexdigest(), "run": value, **also}
    return key_of(kind, version=VERSION, media=describe(train.media), **what)


def fit(run: Run, folder: RunFolder, train: Dataset, held_out: Dataset, what: str) -> None:
    """Train the network, from the newest checkpoint if there is one; its card is written last."""
    say(f"training the {what} of {train.name}, once: {folder.path} keeps it.")
    torch.manual_seed(fold(run.training.seed, "weights"))
    checkpoints = Checkpoints(folder.checkpoints)
    trainer = Trainer(
        run.game.build(train),
        train,
        held_out,
        run.training,
        checkpoints=checkpoints,
        observers=(KeepModel(folder),),
    )
    newest = checkpoints.newest()
    if newest is not None:
        trainer.restore(newest)
    trainer.play()
    about = {"recipe": run.recipe, "data": train.name, "fingerprint": train.fingerprint}
    write_card(folder.path, run.game.blueprint(train), about)
    shutil.rmtree(folder.checkpoints, ignore_errors=True)
