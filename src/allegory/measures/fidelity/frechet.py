"""The Frechet distance between normals fitted to the features of two sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from allegory.measures.fidelity.sides import Measured, in_canonical_order, sides
from allegory.measures.jackknife import groups_for, jackknife

if TYPE_CHECKING:
    from allegory.measures.fidelity.sides import Rows

__all__ = ["FrechetDistance", "frechet_distance"]

WIDE, WIDE_GROUPS = 512, 5
"""From so many features on a distance takes seconds, and fewer groups give the interval."""


@dataclass(frozen=True, kw_only=True)
class FrechetDistance(Measured):
    """The distance, not less than 0, and its limit.

    `value` is the distance as published ones are: of the two samples. It is biased upwards, about
    in proportion to 1/n: compare it only with values of the same n. [low, high] is where it falls
    for other samples of the same sizes.
    """

    limit: float
    """The distance that n to infinity would give, by the jackknife; what Chong & Forsyth (2020),
    "Effectively unbiased FID", extrapolate with a line in 1/n. It and its ends may be below 0 by
    chance, as an estimate without bias must be where the truth is 0."""
    limit_low: float
    limit_high: float


def frechet_distance(real: Rows, generated: Rows, *, seed: int = 0) -> FrechetDistance:
    """‖μ − ν‖² + tr(Σ + Τ − 2 (Σ Τ)^½) of the means μ, ν and covariances Σ, Τ of both sides.

    Heusel et al. (2017), "GANs trained by a two time-scale update rule", equation 6; in float64.
    The interval is the jackknife's, over groups that the seed draws. It tells of the distance of
    these features, where normals are fitted to what need not be normal.

    Args:
        real: (n, d).
        generated: (m, d).
        seed: of the groups.
    """
    x, y = (in_canonical_order(side, seed + i) for i, side in enumerate(sides(real, generated)))
    d, n = x.shape[1], min(len(x), len(y))
    groups, notes = groups_for(n, *((WIDE_GROUPS,) if min(d, n) > WIDE else ()))
    if n <= d:
        notes += (
            f"{n:,} examples for {d:,} features: the covariances are of low rank, and the bias "
            "is large.",
        )
    value, left_out = _by_rows(x, y, groups) if n < d else _by_moments(x, y, groups)
    found = jackknife(value, left_out)
    return FrechetDistance(
        value=value,
        low=max(value - found.half, 0.0),
        high=value + found.half,
        limit=found.limit,
        limit_low=found.limit - found.half,
        limit_high=found.limit + found.half,
        n_real=len(x),
        n_generated=len(y),
        notes=notes,
    )


@dataclass(frozen=True)
class Moments:
    """Sums over examples: those of a union are the sums of its parts."""

    n: int
    sum: Tensor
    """(d,)"""
    squares: Tensor
    """(d, d): sum of x xᵀ."""

    @classmethod
    def of(cls, x: Tensor) -> Moments:
        """The sums over x (n, d)."""
        return cls(len(x), x.sum(0), x.T @ x)

    def without(self, part: Moments) -> Moments:
        """Those of the rest."""
        return Moments(self.n - part.n, self.sum - part.sum, self.squares - part.squares)

    @property
    def mean(self) -> Tensor:
        """Of each feature, (d,)."""
        return self.sum / self.n

    @property
    def covariance(self) -> Tensor:
        """Of features, (d, d), with n − 1 in the denominator."""
        return (self.squares - torch.outer(self.sum, self.mean)) / (self.n - 1)


def _by_moments(x: Tensor, y: Tensor, groups: int) -> tuple[float, list[float]]:
    """The distance, and those without each group, from covariances (d, d)."""
    xs, ys = ([Moments.of(g) for g in side.tensor_split(groups)] for side in (x, y))
    a, b = (_union(parts) for parts in (xs, ys))
    left_out = (
        [_between(a.without(p), b.without(q)) for p, q in zip(xs, ys, strict=True)]
        if groups > 1
        else []
    )
    return _between(a, b), left_out


def _union(parts: list[Moments]) -> Moments:
    return Moments(
        sum(p.n for p in parts),
        torch.stack([p.sum for p in parts]).sum(0),
        torch.stack([p.squares for p in parts]).sum(0),
    )


def _between(a: Moments, b: Moments) -> float:
    S, T = a.covariance, b.covariance
    factor, failed = torch.linalg.cholesky_ex(S)
    if failed:  # singular: some feature is a combination of others
        values, vectors = torch.linalg.eigh(S)
        factor = vectors * values.clamp(min=0).sqrt()
    # (S T)^½ has the trace of (Lᵀ T L)^½, which is symmetric, for any L Lᵀ = S
    root = _root_trace(factor.T @ T @ factor)
    apart = (a.mean - b.mean).square().sum()
    return max(float(apart + S.trace() + T.trace()) - 2 * root, 0.0)


def _by_rows(x: Tensor, y: Tensor, groups: int) -> tuple[float, list[float]]:
    """The same from inner products of examples, where these are fewer than features."""
    parts = [side.tensor_split(groups) for side in (x, y)]
    left_out = []
    for j in range(groups if groups > 1 else 0):
        rest = (torch.cat([*side[:j], *side[j + 1 :]]) for side in parts)
        left_out.append(_between_rows(*rest))
    return _between_rows(x, y), left_out


def _between_rows(x: Tensor, y: Tensor) -> float:
    apart = (x.mean(0) - y.mean(0)).square().sum()
    a, b = ((s - s.mean(0)) / (len(s) - 1) ** 0.5 for s in sorted((x, y), key=len))
    inner = a @ b.T
    root = _root_trace(inner @ inner.T)
    return max(float(apart + a.square().sum() + b.square().sum()) - 2 * root, 0.0)


def _root_trace(product: Tensor) -> float:
    """The trace of the square root of a symmetric matrix without negative eigenvalues."""
    values = torch.linalg.eigvalsh((product + product.T) / 2)
    # what is below rounding is 0, and its root would be far above rounding
    tiny = values[-1] * len(values) * torch.finfo(values.dtype).eps
    return float(torch.where(values > tiny, values, 0.0).sqrt().sum())
