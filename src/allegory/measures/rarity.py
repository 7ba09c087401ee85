"""How rare examples are among their like, by their latent codes, and weights that even it out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allegory.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = [
    "ALPHA",
    "CAP",
    "balancing_weights",
    "capped_weights",
    "effective_size",
    "histogram_weights",
    "kernel_weights",
    "log_alike",
    "log_histograms",
    "rarity",
]

ALPHA = 0.02
"""Share of the mean density that is added to every density: what is rarer than that gains little
more."""
CAP = 10.0
"""The largest weight, in means."""
BINS = 10
"""Of a latent's histogram."""
REFERENCES = 20_000
"""Examples that are counted as being alike, at most: of more, every k-th in the order of codes."""
PROBES, HALVINGS = 200, 14
"""Examples that the width of the kernel is judged by, and steps of the search for it."""
BLOCK = 512


def log_alike(codes: Floats, *, advance: Callable[[int], None] | None = None) -> Floats:
    """The log of the share of examples that are alike to each, itself included: (n,), at most 0.

    A kernel estimate of the density, without its constant: the mean of exp(-|z_i - z_j|² / 2h²)
    over j, h by Scott's rule (Scott 1992, "Multivariate density estimation", equation 6.42) for
    the number of dimensions that the codes truly fill, (Σλ)² / Σλ² over the eigenvalues λ of their
    covariance; or wider, until half of the examples have √n that are alike: by Scott's rule, in
    more than four dimensions about, most would have none but themselves, and all would be equally
    rare. Latents keep their scale: one that does not vary says nothing. It depends on neither the
    order of examples nor a rotation or the unit of the codes.

    Args:
        codes: (n, latents).
        advance: told how many more examples are done.

    Raises:
        UserError: there are no codes, or they are not finite.
    """
    _require_codes(codes)
    z = codes.astype(np.float64) - codes.mean(0)
    n = len(z)
    spread = z.T @ z / n
    trace, square = float(np.trace(spread)), float((spread**2).sum())
    if square == 0:  # all alike
        return np.zeros(n)
    fills = trace**2 / square
    references = z[np.lexsort(z.T)][:: -(-n // REFERENCES)]
    scott = np.sqrt(trace / fills) * min(n, REFERENCES) ** (-1 / (fills + 4))
    width = _widened(references, scott, np.sqrt(2 * trace))
    found = np.empty(n)
    for start in range(0, n, BLOCK):
        part = z[start : start + BLOCK]
        share = np.exp(-0.5 / width**2 * _squares(part, references)).mean(1)
        # itself may not be among the references
        found[start : start + len(part)] = np.log(share.clip(min=1 / len(references)))
        if advance is not None:
            advance(len(part))
    return found


def _widened(z: Floats, least: float, most: float) -> float:
    """The width from `least` to `most` by which half of z (n, latents) have √n that are alike."""
    squares = _squares(z[:: -(-len(z) // PROBES)], z)
    wanted = len(z) ** -0.5
    for _ in range(HALVINGS):
        width = np.sqrt(least * most)
        if np.median(np.exp(-0.5 / width**2 * squares).mean(1)) < wanted:
            least = width
        else:
            most = width
    return float(least)


def _squares(x: Floats, y: Floats) -> Floats:
    """Squared distances between x (n, latents) and y (m, latents): (n, m)."""
    squares = (x**2).sum(1)[:, None] + (y**2).sum(1) - 2 * x @ y.T
    return np.asarray(squares.clip(min=0))


def balancing_weights(log_density: Floats, alpha: float = ALPHA, cap: float = CAP) -> Floats:
    """Weights (n,), of sum n, that fall with the density: the rare count more.

    w ∝ 1 / (p + alpha) with p the density over its mean over examples: Amini et al. (2019),
    "Uncovering and mitigating algorithmic bias through learned latent structure", equation 3,
    with any density. Computed from logarithms, so that it can't overflow.

    Args:
        log_density: (n,), up to a constant.
        alpha: 0 or more; the larger, the more even the weights.
        cap: 1 or more: no weight is larger.

    Raises:
        UserError: a number is out of its range.
    """
    _require(alpha, cap)
    n = len(log_density)
    if alpha == np.inf:
        return np.ones(n)
    relative = log_density - (np.logaddexp.reduce(log_density) - np.log(n))
    return capped_weights(-np.logaddexp(relative, np.log(alpha)) if alpha else -relative, cap)


def kernel_weights(codes: Floats, alpha: float = ALPHA, cap: float = CAP) -> Floats:
    """`balancing_weights` of codes (n, latents), by how many examples are alike to each."""
    return balancing_weights(log_alike(codes), alpha, cap)


def histogram_weights(
    codes: Floats, alpha: float = ALPHA, cap: float = CAP, bins: int = BINS
) -> Floats:
    """Weights (n,), of sum n, by the published product over latents: the rare count more.

    w ∝ Π_j 1 / (Q_j(z_j) + alpha), as of `log_histograms`. Without the cap a few examples would
    have it all.

    Args:
        codes: (n, latents).
        alpha: 0 or more; the larger, the more even the weights.
        cap: 1 or more: no weight is larger.
        bins: of each histogram.

    Raises:
        UserError: a number is out of its range, or the codes are not finite.
    """
    _require(alpha, cap)
    if alpha == np.inf:
        return np.ones(len(codes))
    return capped_weights(-log_histograms(codes, alpha, bins), cap)


def log_histograms(codes: Floats, alpha: float = ALPHA, bins: int = BINS) -> Floats:
    """The log of the published density of codes, up to a constant: (n,).

    Σ_j ln(Q_j(z_j) + alpha), Q_j a histogram over its mean height, from the least code to the
    greatest: Amini et al. (2019), equation 3. It takes the latents for independent. A sum of
    logarithms, so that it can't overflow, however many latents there are.

    Raises:
        UserError: there are no codes, or they are not finite.
    """
    _require_codes(codes)
    total = np.zeros(len(codes))
    for column in codes.astype(np.float64).T:
        counts, edges = np.histogram(column, bins)
        place = np.searchsorted(edges[1:-1], column, side="right")
        total += np.log(counts[place] * (bins / len(codes)) + alpha)
    return total


def _require_codes(codes: Floats) -> None:
    if not codes.size or not np.isfinite(codes).all():
        raise UserError("rarity takes examples whose codes are finite, one at least.")


def _require(alpha: float, cap: float) -> None:
    if not alpha >= 0:
        raise UserError(f"alpha must be 0 or more (given: {alpha:g}).")
    if not cap >= 1:
        raise UserError(f"the cap must be 1 or more, in mean weights (given: {cap:g}).")


def capped_weights(log_weights: Floats, cap: float) -> Floats:
    """Weights of sum n from their logs (n,), up to a constant; none is larger than the cap.

    What the largest lose goes to all others in proportion. In logarithms throughout: where the
    largest is out of all proportion, the others keep theirs.
    """
    n = len(log_weights)
    ordered = np.sort(log_weights)
    sums = np.logaddexp.accumulate(ordered)
    # with the k largest at the cap, the others share the rest: more than rounding leaves
    k = np.arange(int(np.ceil(n / cap * (1 - 1e-12))))
    scale = np.log(n - cap * k) - sums[n - 1 - k]
    fits = ordered[n - 1 - k] + scale <= np.log(cap) + 1e-9
    scaled = np.minimum(log_weights + scale[fits.argmax()], np.log(cap))
    return np.asarray(np.minimum(np.exp(scaled), cap))


def effective_size(weights: Floats) -> float:
    """(Σw)² / Σw²: equally weighted examples that give a mean as exactly (Kish 1965, 11.7)."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def rarity(log_density: Floats) -> Floats:
    """The share of the examples that are denser, (n,) in (0, 1): the rarest have almost 1.

    Those that tie share their mean; the mean over all is 1/2.
    """
    from scipy.stats import rankdata

    return np.asarray((rankdata(-log_density) - 0.5) / len(log_density))
