"""Which examples the run of a generative model takes for outliers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from allegory.data.open import open_data
from allegory.errors import UserError
from allegory.models.files import fingerprint, kept_weights, load_model
from allegory.tools.detector_file import DETECTOR, kept_detector

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from torch import Tensor

    from allegory.data.dataset import Dataset
    from allegory.data.settings import DataSettings

__all__ = ["outlying"]


def outlying(folder: Path, settings: DataSettings, data: Dataset) -> Callable[[Tensor], Tensor]:
    """What tells which of x (n, *media.shape) are outliers to the model of a run: (n,) bool.

    Args:
        folder: of the run.
        settings: of the data that it was trained on.
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
    detector = kept_detector(
        folder / DETECTOR,
        model,
        fingerprint(model),
        lambda: open_data(settings.source, settings),
    )

    def strange(x: Tensor) -> Tensor:
        with torch.autocast(x.device.type, enabled=False):
            return detector.scores_of(x.float()) > detector.threshold

    return strange
