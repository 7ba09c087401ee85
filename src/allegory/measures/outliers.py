"""Who does not belong: deviates of scores, thresholds from normal examples, plain statistics."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F

from allegory.media import to_bytes

if TYPE_CHECKING:
    from torch import Tensor

__all__ = [
    "States",
    "compressed_nats",
    "detail_energy",
    "deviates",
    "energies",
    "fit_states",
    "more_than_usual",
    "p_values",
    "spread_of",
    "threshold",
]

LEAST = 1e-8
"""Added to energies before their logarithm: the square of a quarter of a grey level in [0, 1] is
about a million times as much."""
CHANCE = 4.0
"""Standard errors beyond which a share of outliers is more than that of normal examples."""
RIDGE = 1e-4
"""Share of a variance that is added to it: statistics may be the same but for rounding."""


@dataclass(frozen=True)
class States:
    """A normal that is fitted to k statistics of normal examples, float64."""

    mean: Tensor
    """(k,)"""
    root: Tensor
    """(k, k): lower Cholesky factor of the covariance."""

    def deviate(self, values: Tensor) -> Tensor:
        """How improbable statistics (n, k) are, to either side: (n,), about a normal deviate.

        The cube root of the squared Mahalanobis distance is nearly normal (Wilson & Hilferty
        1931, "The distribution of chi-square").
        """
        away = (values.double() - self.mean).mT
        white = torch.linalg.solve_triangular(self.root, away, upper=False)
        k = len(self.mean)
        noise = 2 / (9 * k)
        distance: Tensor = white.square().sum(0) / k
        return (distance.pow(1 / 3) - (1 - noise)) / math.sqrt(noise)


def fit_states(values: Tensor) -> States:
    """The normal of statistics (n, k) of normal examples.

    Morningstar et al. (2021), "Density of states estimation for out-of-distribution detection":
    an example is strange where its statistics are improbable, be they too large or too small.
    """
    values = values.double()
    k = values.shape[1]
    covariance = torch.cov(values.T, correction=0).reshape(k, k)
    ridge = RIDGE * covariance.diagonal() + LEAST
    return States(values.mean(0), torch.linalg.cholesky(covariance + ridge.diag()))


def spread_of(values: Tensor) -> tuple[float, float]:
    """Centre and deviation of values (n,), whatever a few of them are: median, and MAD.

    The median absolute deviation is scaled to be the standard deviation of a normal; where it is
    0, the deviation is the ordinary one, or 1.
    """
    values = values.double()
    centre = values.median()
    spread = float((values - centre).abs().median()) / 0.6745
    return float(centre), spread or float(values.std(correction=0)) or 1.0


def deviates(values: Tensor, centre: float, spread: float) -> Tensor:
    """How far values (n,) lie above their centre, in deviations; 0 below it."""
    return ((values.double() - centre) / spread).clamp(min=0)


def p_values(scores: Tensor, calibration: Tensor) -> Tensor:
    """The chance that a normal example scores as high, (n,) in (0, 1], of scores (n,).

    (1 + |{i: c_i ≥ s}|) / (m + 1) over the scores c (m,) of normal examples that nothing was
    fitted to: Vovk et al. (2005), "Algorithmic learning in a random world", section 2. If all is
    normal, a share α of examples at most has p ≤ α on average, whatever the score.
    """
    ordered = calibration.double().sort().values
    below = torch.searchsorted(ordered, scores.double().contiguous())
    return (1 + len(ordered) - below).double() / (len(ordered) + 1)


def threshold(calibration: Tensor, false_alarms: float) -> float:
    """The score above which p ≤ false_alarms; infinite where there are too few to tell."""
    ordered = calibration.double().sort().values
    place = math.ceil((len(ordered) + 1) * (1 - false_alarms) - 1e-9)
    return float(ordered[place - 1]) if place <= len(ordered) else math.inf


def more_than_usual(flagged: int, n: int, calibrated: int, false_alarms: float) -> bool:
    """Whether more of n examples are beyond the threshold than chance explains, were all normal.

    The threshold is itself of chance: the share of normal examples beyond it differs from
    `false_alarms` as that of so few as it was calibrated on.
    """
    variance = false_alarms * (1 - false_alarms) * (1 / n + 1 / calibrated)
    return flagged / n > false_alarms + CHANCE * math.sqrt(variance)


def energies(residual: Tensor, scales: tuple[int, ...]) -> Tensor:
    """Log mean squares of differences (n, …), pictures averaged over squares of these sides.

    (n, scales): at the scale of 4 only what is wrong in the large is left.
    """
    found = []
    for scale in scales:
        seen = F.avg_pool2d(residual, scale, ceil_mode=True) if scale > 1 else residual
        found.append(seen.square().flatten(1).double().mean(1))
    return (torch.stack(found, 1) + LEAST).log()


def detail_energy(x: Tensor, scales: tuple[int, ...]) -> Tensor:
    """Log mean squared differences of neighbours, of pictures averaged over squares: (n, scales).

    How complex pictures (n, c, h, w) are: noise has much, a plain one none, a blurred one less at
    the finest scale than its coarser ones let expect.
    """
    found = []
    for scale in scales:
        seen = F.avg_pool2d(x, scale, ceil_mode=True) if scale > 1 else x
        steps = [seen.diff(dim=axis).square().flatten(1).double() for axis in (2, 3)]
        found.append(torch.cat(steps, 1).sum(1) / seen[0].numel())
    return (torch.stack(found, 1) + LEAST).log()


def compressed_nats(x: Tensor) -> Tensor:
    """Length of each picture x (n, c, h, w) in [-1, 1] as a lossless file, in nats: (n,).

    As a PNG: one of the compressors of Serrà et al. (2020), "Input complexity and
    out-of-distribution detection with likelihood-based generative models", section 3.
    """
    pictures = to_bytes(x).permute(0, 2, 3, 1).cpu().numpy()
    lengths = []
    for picture in pictures:
        file = io.BytesIO()
        Image.fromarray(np.squeeze(picture, 2) if picture.shape[2] == 1 else picture).save(
            file, "PNG"
        )
        lengths.append(8 * math.log(2) * len(file.getvalue()))
    return torch.tensor(lengths, dtype=torch.float64)
