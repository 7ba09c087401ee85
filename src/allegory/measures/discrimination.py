"""Whether a discriminator can still tell, and whether it knows its training examples by heart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from allegory.errors import UserError
from allegory.measures.estimate import Z95, Estimate, wilson

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.measures.health import Judgements

__all__ = ["MOST_ODDS", "area_under_curve", "log_odds", "overfitting"]

MOST_ODDS = 24 * math.log(2)
"""Log-odds of P(real) that single precision can't tell from certainty: larger ones are cut."""


def area_under_curve(higher: Tensor, lower: Tensor) -> Estimate:
    """Area under the ROC curve: P(a of `higher` > a of `lower`), a tie counted half, in [0, 1].

    1/2 where they can't be told apart. The interval is Wilson's, of a share of as many examples
    as give it the variance of DeLong, DeLong & Clarke-Pearson (1988), "Comparing the areas under
    two or more correlated receiver operating characteristic curves"; where that is 0, of as many
    as the smaller side has. It stays inside [0, 1], and is too narrow close to its ends.

    Args:
        higher: (n,), n > 1.
        lower: (m,), m > 1.

    Raises:
        UserError: a side has fewer than 2 examples.
    """
    n, m = len(higher), len(lower)
    _enough(higher, lower)
    from scipy.stats import rankdata

    x, y = higher.double().numpy(), lower.double().numpy()
    ranks = rankdata(np.concatenate([x, y]))
    # share of the other side that each of x is above, and that each of y is below
    above, below = (ranks[:n] - rankdata(x)) / m, 1 - (ranks[n:] - rankdata(y)) / n
    area = float(above.mean())
    variance = float(above.var(ddof=1) / n + below.var(ddof=1) / m)
    size = area * (1 - area) / variance if variance > 0 else min(n, m)
    low, high = wilson(area, size)
    return Estimate(area, low, high, n + m)


def log_odds(realness: Tensor) -> Tensor:
    """ln(p / (1 − p)) of p = P(real) (n,), in float64, within ± MOST_ODDS.

    It is the raw score of a discriminator whose P(real) is the sigmoid of its score. Of one that
    judges pairs, whose P(real) is a mean of sigmoids of differences, it grows as the score does,
    and by as much where the score is far from those of samples.
    """
    return realness.double().logit().clamp(-MOST_ODDS, MOST_ODDS)


def overfitting(judged: Judgements) -> Estimate | None:
    """How far held-out examples are rated below training examples, on the way down to samples.

    r_v = (E[D_train] − E[D_validation]) / (E[D_train] − E[D_generated]): 0 none, 1 complete; below
    0 by chance. Karras et al. (2020), "Training generative adversarial networks with limited
    data", equation 1; of the log-odds of P(real), which are the scores D or near them. The
    interval is that of a ratio of means: Fieller (1954), "Some problems in interval estimation".

    Returns:
        None where training examples are not rated above samples, beyond chance: the denominator
        may be 0 then, and the ratio anything.

    Raises:
        UserError: a side has fewer than 2 examples.
    """
    _enough(judged.train, judged.held_out, judged.samples)
    sides = [log_odds(x) for x in (judged.train, judged.held_out, judged.samples)]
    train, held_out, samples = (float(x.mean()) for x in sides)
    of_train, of_held_out, of_samples = (Z95**2 * float(x.var()) / len(x) for x in sides)
    apart, way = train - held_out, train - samples
    a = way**2 - of_train - of_samples
    if way <= 0 or a <= 0:
        return None
    b = apart * way - of_train
    c = apart**2 - of_train - of_held_out
    root = math.sqrt(max(b**2 - a * c, 0.0))
    ratio = apart / way
    low, high = (b - root) / a, (b + root) / a
    return Estimate(ratio, min(low, ratio), max(high, ratio), sum(map(len, sides)))


def _enough(*sides: Tensor) -> None:
    if min(map(len, sides)) < 2:
        raise UserError("judgements are compared of 2 examples of each side, and more.")
