"""The outlier detector of a run: what its model holds for normal, kept in its folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allegory.models.files import fingerprint
from allegory.runs.inputs import open_for
from allegory.tools.detector_file import DETECTOR, kept_detector

if TYPE_CHECKING:
    from allegory.runs.folder import RunFolder, Weights
    from allegory.tools.outliers import Detector

__all__ = ["detector_of"]


def detector_of(folder: RunFolder, *, weights: Weights = "best", **how: Any) -> Detector:
    """The detector of a run: fitted when first asked for, on its own data, then kept.

    Once it is kept, it needs the data no more.

    Args:
        folder: of the run.
        weights: of the model.
        **how: `score`, `false_alarms` and `seed`, as of `kept_detector`.

    Raises:
        UserError: as of `kept_detector`.
    """
    model = folder.model(weights)
    path = folder.path / DETECTOR
    return kept_detector(
        path, model, fingerprint(model), lambda: open_for(folder.run(), model.media), **how
    )
