"""Which examples the run of a generative model takes for outliers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import torch

from allegory.data.open import open_data
from allegory.data.settings import DataSettings
from allegory.errors import UserError
from allegory.files import read_toml
from allegory.models.files import fingerprint, kept_weights, load_model
from allegory.tools.detector_file import DETECTOR, kept_detector

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from torch import Tensor

    from allegory.data.dataset import Dataset

__all__ = ["outlying"]


def outlying(folder: Path, data: Dataset) -> Callable[[Tensor], Tensor]:
    """What tells which of x (n, *media.shape) are outliers to the model of a run: (n,) bool.

    Args:
        folder: of the run.
        data: those that are to be told, which must be of the same shape.

    Raises:
        UserError: the folder holds no weights, or the model can't tell, or not of such data.
    """
    found = kept_weights(folder)
    if found is None:
        raise UserError(f"{folder} holds no weights that outliers could be told by.")
    model = load_model(folder, found)
    if model.media.shape != data.media.shape:
        raise UserError(
            f"the model of {folder} works on examples of shape {model.media.shape}; those of "
            f"'{data.name}' have {data.media.shape}."
        )
    learned = {"source": DataSettings().source} | read_toml(folder / "run.toml").get("data", {})
    normal = partial(open_data, **learned)
    detector = kept_detector(folder / DETECTOR, model, fingerprint(model), normal)

    def strange(x: Tensor) -> Tensor:
        with torch.autocast(x.device.type, enabled=False):
            return detector.scores_of(x.float()) > detector.threshold

    return strange
