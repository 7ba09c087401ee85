"""The default feature network: trained once on the data's training split, kept in the cache."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from allegory.data.store import cache_folder, key_of
from allegory.errors import UserError
from allegory.measures.fidelity.features import Features, encoder_features, plain_features
from allegory.media import Images, Vectors, describe
from allegory.models.features import FeatureNetwork, reduced
from allegory.models.files import write_card
from allegory.progress import say
from allegory.recipes.settings import change
from allegory.recipes.table import recipe
from allegory.runs.alone import alone
from allegory.runs.folder import RunFolder
from allegory.runs.watch import KeepModel
from allegory.training.checkpoint import Checkpoints
from allegory.training.noise import fold
from allegory.training.trainer import Trainer

if TYPE_CHECKING:
    from allegory.data.dataset import Dataset
    from allegory.recipes.settings import Run

__all__ = ["features_for"]

VERSION = 1
"""Raised when the same recipe on the same data gives other features."""


def features_for(data: Dataset, run: Run | None = None) -> Features:
    """Features to compare examples of these data by; no labels, nothing from elsewhere.

    For pictures a network that is trained on the training split when first asked for, and kept in
    the cache by content of the split and recipe. Training that is interrupted is gone on with. For
    vectors the standardised values.

    Args:
        data: the data set, or any part of it.
        run: another run of the recipe "features"; its data settings are not looked at.

    Raises:
        UserError: there are fewer than 2 training examples.
        Interrupted: asked to stop.
    """
    media = data.media
    if isinstance(media, Vectors):
        return plain_features(media)
    train, held_out = whole(data)
    if len(train) < 2:
        raise UserError(
            f"'{data.name}' has {len(train)} examples to train a feature network on: at least 2 "
            "are needed; --features pixels needs none."
        )
    run = run or recipe("features")
    # a batch that meets an example twice would take it for two
    batch = min(run.training.batch, max(len(train) // 2, 2))
    run = change(run, {"batch": batch})
    folder = RunFolder(cache_folder() / "features" / key(train, run))
    card = folder.path / "model.json"
    if not card.exists():
        with alone(folder.path):
            if not card.exists():
                fit(run, folder, train, held_out)
    model = folder.model()
    assert isinstance(model, FeatureNetwork)
    name = f"self-supervised, trained on {Path(data.name).stem}'s training split"
    found = encoder_features(model, f"{name}, {model.features} numbers")
    small = reduced(media)
    if isinstance(small, Images) and small != media:
        return replace(found, resize=f"area {small.height}x{small.width}")
    return found


def whole(data: Dataset) -> tuple[Dataset, Dataset]:
    """The training and validation splits of the whole data set that these are a part of."""
    every = replace(data, rows=np.arange(len(data.store), dtype=np.int64))
    if not len(data.splits.get("train", ())):
        return every, every.select(np.arange(0))
    held_out = data.splits.get("validation", np.arange(0))
    return every.split("train"), replace(data, rows=held_out)


def key(train: Dataset, run: Run) -> str:
    """Names what determines the network."""
    rows = hashlib.blake2b(train.rows.tobytes(), digest_size=12)
    if not train.fingerprint:
        rows.update(np.ascontiguousarray(train.store).data)
    value = run.model_dump(mode="json", include={"game", "training"})
    what = {"fingerprint": train.fingerprint, "rows": rows.hexdigest(), "run": value}
    return key_of("features", version=VERSION, media=describe(train.media), **what)


def fit(run: Run, folder: RunFolder, train: Dataset, held_out: Dataset) -> None:
    """Train the network, from the newest checkpoint if there is one; its card is written last."""
    say(f"training the feature network of {train.name}, once: {folder.path} keeps it.")
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
