"""What a detector knows of normal examples, in one safetensors file beside the model's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from allegory.errors import UserError
from allegory.files import atomic
from allegory.tools.outliers import Detector
from allegory.tools.strangeness import SCORES

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

__all__ = ["load_detector", "save_detector"]

FORMAT = 1


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
