"""Models that claims train, kept by content: claims that need the same run share it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allegory.claims.sources import TRAINING, digest_of, source_digest
from allegory.data.store import cache_folder
from allegory.runs.alone import alone
from allegory.runs.folder import RunFolder
from allegory.runs.play import begin, go_on
from allegory.training.checkpoint import Checkpoints

if TYPE_CHECKING:
    from allegory.capabilities import Model
    from allegory.recipes.settings import Run

__all__ = ["kept_run", "trained"]


def trained(run: Run) -> Model:
    """The model of this run: trained now, gone on with where it was interrupted, or kept.

    Raises:
        Interrupted: asked to stop; the next call goes on.
    """
    return kept_run(run).model(device="cpu")


def kept_run(run: Run) -> RunFolder:
    """The folder of this run, with its model and all that it recorded; as `trained`."""
    key = digest_of(run.model_dump_json(), source_digest(TRAINING))
    folder = RunFolder(cache_folder() / "claims" / "trained" / f"{run.recipe}-{key}")
    with alone(folder.path):
        newest = Checkpoints(folder.checkpoints).newest()
        if newest is None:
            begin(run, folder)
        elif newest.values["images"] < run.training.images:
            go_on(folder)
    return folder
