"""Whether generated examples are of the class that was asked for, and differ within it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from allegory.errors import UserError
from allegory.measures.classification import shares
from allegory.measures.estimate import Z95, Estimate, proportion

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["FEWEST", "ByClass", "agreement", "diversity"]

FEWEST = 3
"""Examples of a class without which its diversity has no interval."""


@dataclass(frozen=True)
class ByClass:
    """A figure over all classes, and of each."""

    overall: Estimate
    classes: dict[int, Estimate]
    """By index of the class."""

    @property
    def lowest(self) -> int:
        """Index of the class that has least."""
        return min(self.classes, key=lambda c: self.classes[c].mean)


def agreement(asked: Tensor, told: Tensor) -> ByClass:
    """Share of examples that a classifier tells to be of the class that was asked for.

    Of a classifier that learned from real examples: "GAN-test" of Shmelkov et al. (2018), "How
    good is my GAN?". Its accuracy on real examples is what to compare with: it errs too.

    Args:
        asked: (n,), index of a class.
        told: (n,), as the classifier says; any other number for what is none of the classes.

    Raises:
        UserError: there are no examples.
    """
    if not len(asked):
        raise UserError("there are no examples to tell the class of.")
    right = asked == told
    return ByClass(proportion(int(right.sum()), len(asked)), shares(asked, right))


def diversity(generated: Tensor, asked: Tensor, real: Tensor, truth: Tensor) -> ByClass:
    """Mean distance between two generated examples of a class, over that between two real ones.

    1 where they differ as real ones do, 0 where each class is one example; above 1 where they are
    more scattered, as noise is. It says nothing of where they lie. Odena et al. (2017),
    "Conditional image synthesis with auxiliary classifier GANs", compare pairs within a class,
    generated and real, by their structural similarity; here by the Euclidean distance of
    features. The overall figure is the mean over classes. Intervals are the jackknife's, over
    examples of both sides; the classes are taken as given.

    Args:
        generated: features (n, d).
        asked: class of each, (n,).
        real: features (m, d).
        truth: class of each, (m,); below 0 where it is not known.

    Returns:
        Of the classes which have 3 examples of either side, not all alike among the real ones.

    Raises:
        UserError: there is no such class.
    """
    classes: dict[int, Estimate] = {}
    squares = 0.0
    for c in sorted(set(truth[truth >= 0].tolist())):
        made, known = generated[asked == c], real[truth == c]
        if min(len(made), len(known)) < FEWEST:
            continue
        (up, of_up), (down, of_down) = _distance(made), _distance(known)
        if down == 0:
            continue
        ratio = up / down
        variance = (of_up + ratio**2 * of_down) / down**2
        squares += variance
        classes[c] = _within(ratio, variance, len(made))
    if not classes:
        raise UserError(
            f"no class has {FEWEST} generated and {FEWEST} real examples that differ: nothing to "
            "compare."
        )
    k = len(classes)
    mean = math.fsum(found.mean for found in classes.values()) / k
    n = sum(found.n for found in classes.values())
    return ByClass(_within(mean, squares / k**2, n), classes)


def _within(mean: float, variance: float, n: int) -> Estimate:
    """A ratio that is not negative, and its interval by the normal approximation."""
    half = Z95 * math.sqrt(variance)
    return Estimate(mean, max(mean - half, 0.0), mean + half, n)


def _distance(x: Tensor) -> tuple[float, float]:
    """Mean distance between two rows of x (n, d), and its variance by the jackknife.

    Without row i the mean U is (n U − 2 r_i) / (n − 2), r_i the mean distance of i to the others.
    """
    n, x = len(x), x.double()
    x = x - x.mean(0)
    to_others = torch.cdist(x, x).fill_diagonal_(0.0).sum(1) / (n - 1)
    variance = 4 * (n - 1) ** 2 / (n * (n - 2) ** 2) * float(to_others.var())
    return float(to_others.mean()), variance
