"""How many of the modes of a distribution are in its samples, and how evenly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allegory.errors import UserError
from allegory.measures.estimate import Estimate, estimate, proportion

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from allegory.data.dataset import Modes

__all__ = ["NEAR", "Coverage", "class_coverage", "mode_coverage"]

NEAR = 3.0
"""Standard deviations from a centre within which a sample is of high quality."""


@dataclass(frozen=True)
class Coverage:
    """What n samples have of the modes; all of it depends on n."""

    covered: int
    """Modes with one such sample at least: of high quality, where that can be said."""
    counts: NDArray[np.int64]
    """(k,): samples by mode."""
    reverse_kl: Estimate | None
    """KL(samples' modes || true modes), in nats: 0 at best, and not below; of n perfect samples
    about (k - 1) / 2n. The interval is by the delta method. None where there are samples of a mode
    that truly has none."""
    high_quality: Estimate | None = None
    """Share of the samples within 3 standard deviations of a centre."""


def mode_coverage(x: NDArray[np.floating], modes: Modes) -> Coverage:
    """Coverage of Gaussians whose centres are known.

    A mode is covered by a sample within 3 of its standard deviations; each sample counts for its
    nearest mode in the histogram, however far it is. Srivastava et al. (2017), "VEEGAN", section
    5.1, and Lin et al. (2018), "PacGAN", section 4.1, who take 2,500 samples.

    Args:
        x: samples, (n, size).
        modes: the k Gaussians.

    Raises:
        UserError: there are no samples, or they are of another size.
    """
    points, centres = np.asarray(x, dtype=np.float64), modes.centres
    if points.ndim != 2 or points.shape[1] != centres.shape[1]:
        raise UserError(
            f"samples of shape {points.shape} can't be around centres of {centres.shape}."
        )
    from scipy.spatial.distance import cdist

    far = cdist(points, centres) / modes.std
    nearest = far.argmin(axis=1)
    near = far.min(axis=1, initial=np.inf) <= NEAR
    covered = len(np.unique(nearest[near]))
    counts, kl = _histogram(nearest, modes.weights)
    return Coverage(covered, counts, kl, proportion(int(near.sum()), len(points)))


def class_coverage(predicted: NDArray[np.integer], weights: NDArray[np.floating]) -> Coverage:
    """Coverage of modes that are classes, as a classifier tells them.

    Metz et al. (2017), "Unrolled generative adversarial networks", section 3.3.1; Lin et al.
    (2018), "PacGAN", section 4.2, who take 26,000 samples for 1,000 modes.

    Args:
        predicted: class of each sample, (n,), from 0 to k - 1.
        weights: true share of each class, (k,), with sum 1.

    Raises:
        UserError: there are no samples.
    """
    counts, kl = _histogram(predicted, weights)
    return Coverage(int((counts > 0).sum()), counts, kl)


def _histogram(
    which: NDArray[np.integer], weights: NDArray[np.floating]
) -> tuple[NDArray[np.int64], Estimate | None]:
    """Samples by mode, and the Kullback-Leibler divergence of their shares from `weights`."""
    import torch

    if not len(which):
        raise UserError("there are no samples to look for modes in.")
    counts = np.bincount(which, minlength=len(weights)).astype(np.int64)
    if (weights[which] == 0).any():
        return counts, None
    # the mean of these is the divergence, and their spread its error to first order
    ratios = np.log(counts[which] / len(which)) - np.log(weights[which])
    found = estimate(torch.from_numpy(ratios))
    mean = max(found.mean, 0.0)  # which rounding would miss by a hair
    return counts, Estimate(mean, max(found.low, 0.0), max(found.high, mean), found.n)
