"""How well classes are told: accuracy, cross-entropy, and whether probabilities hold."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from allegory.errors import UserError
from allegory.measures.estimate import Estimate, estimate, proportion

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["BINS", "Classification", "classification", "shares"]

BINS = 15
"""Of the confidence, in the calibration error."""


@dataclass(frozen=True)
class Classification:
    """How well n examples are classified."""

    accuracy: Estimate
    """Share whose most probable class is theirs."""
    classes: dict[int, Estimate]
    """The same of the examples of each class that occurs, by index."""
    balanced: float
    """Mean of those: the accuracy if all classes were equally frequent."""
    cross_entropy: Estimate
    """Mean of −log P(true class), in nats."""
    calibration_error: float
    """Expected calibration error: mean distance between the confidence, the probability of the
    most probable class, and the accuracy at that confidence, over bins of equal width. Guo et al.
    (2017), "On calibration of modern neural networks", equation 3. Biased upwards for few
    examples."""


def classification(truth: Tensor, probability: Tensor) -> Classification:
    """Compare classes with what is predicted of them.

    Args:
        truth: (n,), int64 index of the class; below 0 where it is not known: left out.
        probability: P(class), (n, classes).

    Raises:
        UserError: no class is known.
    """
    import torch
    from torchmetrics.functional.classification import multiclass_calibration_error

    known = truth >= 0
    if not known.any():
        raise UserError("no example's class is known.")
    y, p = truth[known], probability[known]
    right = p.argmax(1) == y
    classes = shares(y, right)
    nats = estimate(-p.gather(1, y[:, None])[:, 0].clamp_min(torch.finfo(p.dtype).tiny).log())
    error = multiclass_calibration_error(p, y, num_classes=p.shape[1], n_bins=BINS)
    return Classification(
        accuracy=proportion(int(right.sum()), len(y)),
        classes=classes,
        balanced=math.fsum(found.mean for found in classes.values()) / len(classes),
        cross_entropy=replace(nats, low=max(nats.low, 0.0)),
        calibration_error=float(error),
    )


def shares(truth: Tensor, right: Tensor) -> dict[int, Estimate]:
    """Share of `right` (n,) bool, among the examples of each class that is in `truth` (n,)."""
    return {
        int(c): proportion(int(right[truth == c].sum()), int((truth == c).sum()))
        for c in truth.unique()  # type: ignore[no-untyped-call]
    }
