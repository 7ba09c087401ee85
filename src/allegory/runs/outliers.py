"""The outlier detector of a run: what its model holds for normal, kept in its folder."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from allegory.errors import UserError
from allegory.models.files import fingerprint
from allegory.progress import say
from allegory.runs.inputs import open_for
from allegory.tools.detector_file import load_detector, save_detector
from allegory.tools.outliers import check_share, chosen_scores, fit_detector, normal_parts
from allegory.tools.requires import require
from allegory.tools.strangeness import COMBINED

if TYPE_CHECKING:
    from pathlib import Path

    from allegory.capabilities import Model
    from allegory.runs.folder import RunFolder, Weights
    from allegory.tools.outliers import Detector

__all__ = ["detector_of"]

FEWEST = 40
"""Held-out examples that a run must have: with half of them, p is 1/21 at least."""


def detector_of(
    folder: RunFolder,
    *,
    score: str = COMBINED,
    false_alarms: float = 0.05,
    weights: Weights = "best",
    seed: int = 0,
) -> Detector:
    """The detector of a run: fitted when first asked for, on its own data, then kept.

    What the model learned from tells how codes are spread, what was held out of training
    (validation and test split) what is usual, and where the threshold lies. Kept in the folder's
    outliers.safetensors, it needs the data no more.

    Raises:
        UserError: the model can't tell, or not by this score; or its data hold nothing out.
    """
    model = require(folder.model(weights), "outliers")
    chosen_scores(model, score)
    check_share(false_alarms)
    path, made_by = folder.path / "outliers.safetensors", fingerprint(model)
    kept = _kept(path, model, made_by)
    if kept is not None and kept.seed == seed and score in kept.calibration:
        return replace(kept, score=score, false_alarms=false_alarms)
    run = folder.run()
    data = open_for(run, model.media)
    known, held_out = normal_parts(data)
    if not len(known) or len(held_out) < FEWEST:
        raise UserError(
            f"'{data.name}' has {len(held_out):,} held-out examples: it takes {FEWEST} to tell "
            "what is normal. Train with more data, or with --validation or --test above 0."
        )
    say(f"learning what is usual from {len(held_out):,} held-out examples of '{data.name}'.")
    found = fit_detector(
        model, known, held_out, score=score, false_alarms=false_alarms, seed=seed, shown=True
    )
    save_detector(found, path, model=made_by)
    return found


def _kept(path: Path, model: Model, made_by: str) -> Detector | None:
    if not path.exists():
        return None
    try:
        return load_detector(path, model, fingerprint=made_by)
    except UserError:
        return None
