"""What a detector knows of normal examples, in one safetensors file beside the model's."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from allegory.errors import UserError
from allegory.files import atomic
from allegory.progress import say
from allegory.tools.concern import concern
from allegory.tools.outliers import (
    Detector,
    check_share,
    chosen_scores,
    fit_detector,
    normal_parts,
)
from allegory.tools.requires import require
from allegory.tools.strangeness import COMBINED, SCORES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from torch import Tensor

    from allegory.data.dataset import Dataset

__all__ = ["DETECTOR", "kept_detector", "load_detector", "save_detector"]

DETECTOR = "outliers.safetensors"
"""Name of the file in a run's folder."""
FORMAT = 3
"""Raised when a score changes, so that no example is judged by what another one learned."""
FEWEST = 40
"""Held-out examples that it takes: with half of them, p is 1/21 at least."""


def kept_detector(
    path: Path,
    model: Any,
    fingerprint: str,
    data: Callable[[], Dataset],
    *,
    score: str = COMBINED,
    false_alarms: float = 0.05,
    seed: int = 0,
) -> Detector:
    """The detector in a file, fitted anew where none of these weights and this seed is there.

    Where the file can't be written, as in another person's folder, it serves this once.

    Args:
        path: the file.
        model: whose outliers.
        fingerprint: of its weights.
        data: opens all of the data that it was trained on: their training split tells how codes
            are spread, validation and test split what is usual, and where the threshold lies; of
            a model of some classes, their examples.
        score: as of `fit_detector`.
        false_alarms: likewise.
        seed: likewise.

    Raises:
        UserError: the model can't tell, or not by this score; or its data hold too little out.
    """
    names = chosen_scores(require(model, "outliers"), score)
    check_share(false_alarms)
    try:
        kept = load_detector(path, model, fingerprint=fingerprint)
    except UserError:
        kept = None
    if kept is not None and kept.seed == seed and score in kept.calibration:
        # a slow score that was asked for once is not computed ever after
        calibration = {name: kept.calibration[name] for name in names if name in kept.calibration}
        return replace(kept, score=score, false_alarms=false_alarms, calibration=calibration)
    whole = concern(model, data())
    known, held_out = normal_parts(whole)
    if not len(known) or len(held_out) < FEWEST:
        raise UserError(
            f"'{whole.name}' has {len(held_out):,} held-out examples: it takes {FEWEST} to tell "
            "what is normal. Train with more data, or with --validation or --test above 0."
        )
    say(f"learning what is usual from held-out examples of '{whole.name}'.")
    found = fit_detector(
        model, known, held_out, score=score, false_alarms=false_alarms, seed=seed, shown=True
    )
    try:
        save_detector(found, path, model=fingerprint)
    except UserError as error:
        say(f"what was learned is not kept: {error}")
    return found


def save_detector(detector: Detector, path: Path, *, model: str) -> None:
    """Write all of a detector but its model, of which `model` is the fingerprint."""
    values = {
        "format": FORMAT,
        "model": model,
        "score": detector.score,
        "false_alarms": detector.false_alarms,
        "seed": detector.seed,
    }
    tensors = {f"calibration/{name}": t for name, t in detector.calibration.items()}
    for score, state in detector.states.items():
        tensors |= {f"states/{score}/{name}": t for name, t in state.items()}
    if detector.usual_error is not None:
        tensors["usual_error"] = detector.usual_error
    tensors = {name: t.cpu().contiguous() for name, t in tensors.items()}
    with atomic(path) as file:
        file.write(save(tensors, metadata={"detector": json.dumps(values)}))


def load_detector(path: Path, model: Any, *, fingerprint: str) -> Detector:
    """The detector that `save_detector` wrote, on its model.

    Raises:
        UserError: the file is damaged, or of another model.
    """
    try:
        with safe_open(path, framework="pt") as file:
            values = json.loads((file.metadata() or {})["detector"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if values["format"] != FORMAT:
            raise ValueError(f"its format is {values['format']}")
        whose = values["model"]
        states: dict[str, dict[str, Tensor]] = {}
        for name, tensor in tensors.items():
            if name.startswith("states/"):
                _, score, part = name.split("/")
                states.setdefault(score, {})[part] = tensor
        calibrated = {name: tensors.get(f"calibration/{name}") for name in SCORES}
        calibration = {name: tensor for name, tensor in calibrated.items() if tensor is not None}
        found = Detector(
            model,
            values["score"],
            float(values["false_alarms"]),
            int(values["seed"]),
            states,
            calibration,
            tensors.get("usual_error"),
        )
        _ = calibration[found.score]
    except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} holds no detector that can be read: {error!r}.") from error
    if whose != fingerprint:
        raise UserError(f"{path} is a detector of other weights.")
    return found
