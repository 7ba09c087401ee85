"""Disentanglement, completeness and informativeness, from what a forest finds important."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from allegory.measures.disentanglement.factors import Basis, Factor, Table, table_of
from allegory.measures.estimate import Estimate, estimate
from allegory.measures.prediction import r_squared_parts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from allegory.data.dataset import Column

__all__ = ["DCI", "Informativeness", "dci"]

DEPTH = 10
LEAF = 5
PARTS = 5
T_QUANTILE = 2.776
"""97.5 % quantile of Student's t with PARTS - 1 degrees of freedom."""


@dataclass(frozen=True)
class Informativeness:
    """How well the whole code predicts one factor on held-out examples."""

    score: Estimate
    """R² of a number, accuracy of a category; at most 1, higher is better."""
    chance: float
    """The score without a code: 0 for a number, the share of the most frequent category."""
    completeness: float
    """C of the factor, 0 to 1: 1 where a single latent is important for it."""


@dataclass(frozen=True)
class DCI:
    """The three scores and what they are made of; higher is better."""

    disentanglement: Estimate
    """0 to 1: 1 where each latent is important for a single factor."""
    completeness: Estimate
    """0 to 1: 1 where for each factor a single latent is important; mean over factors."""
    informativeness: float
    """Mean over factors of the held-out score, at most 1."""
    factors: dict[str, Informativeness]
    latents: NDArray[np.float64]
    """D of each latent used, 0 to 1."""
    importance: NDArray[np.float64]
    """(latents used, factors), each column of sum 1, or 0 where nothing was found."""
    basis: Basis
    regressor: str


def dci(
    codes: NDArray[np.floating],
    columns: Mapping[str, Column],
    *,
    trees: int = 50,
    seed: int = 0,
) -> DCI:
    """Entropies of the rows and columns of an importance matrix R, and held-out predictions.

    Eastwood & Williams (2018), "A framework for the quantitative evaluation of disentangled
    representations", section 2: D = Σ_i ρ_i (1 − H_K(R_i / Σ_k R_ik)) with ρ_i the share of
    latent i in all importance and K factors; C the mean over factors of 1 − H_L(R_k / Σ_i R_ik)
    over L latents. The paper reads R off a lasso or a random forest, later references off boosted
    trees; here it is the decrease of impurity in extremely randomised trees (Geurts et al. 2006),
    of depth 10 at most and 5 examples a leaf, every latent open to each split. Lasso sees straight
    lines only, gives one of two equal latents everything, and finds structure in noise (D = 1),
    as permutation importances of boosted trees do (D = 0.40); boosting as in the references takes
    minutes. Scores of different regressors are not to be compared.

    Codes that matter little still get a little importance, so that D and C of a good but noisy
    code are low, by up to a tenth; a code of noise scores under 0.01 of 10,000 examples.
    Informativeness is judged on a quarter of the examples, which the forests have not seen.
    The intervals are at 95 %: of D and C from the spread of the scores of five disjoint fifths of
    the examples (batch means, t with 4 degrees of freedom, half as many trees), about the score of
    all; of informativeness over the held-out examples.

    Args:
        codes: posterior means, (n, latents), in any unit.
        columns: what is known of each, (n,); see `table_of` for what is left out.
        trees: trees of each forest; time grows in proportion.
        seed: which examples are held out, and the forests' own draws.

    Raises:
        UserError: nothing to measure, see `table_of`.
    """
    table = table_of(codes, columns)
    order = np.random.default_rng(seed).permutation(len(table.codes))
    train, test = np.split(order, [len(order) * 3 // 4])
    forests = [_fit(table.codes, f, train, trees, seed) for f in table.factors]
    scores = [_held_out(m, table, f, test) for m, f in zip(forests, table.factors, strict=True)]
    importance = np.stack([m.feature_importances_ for m in forests], axis=1)
    few = max(1, trees // 2)
    parts = [
        np.stack(
            [_fit(table.codes, f, rows, few, seed).feature_importances_ for f in table.factors],
            1,
        )
        for rows in np.array_split(order, PARTS)
    ]
    each = _concentration(importance)
    per_factor = _concentration(importance.T)
    n = len(order)
    return DCI(
        _interval(_disentanglement(importance), [_disentanglement(r) for r in parts], n),
        _interval(float(per_factor.mean()), [float(_concentration(r.T).mean()) for r in parts], n),
        float(np.mean([score.mean for score in scores])),
        {
            f.name: Informativeness(score, _chance(f), float(c))
            for f, score, c in zip(table.factors, scores, per_factor, strict=True)
        },
        each,
        importance,
        table.basis,
        f"extremely randomised trees: {trees} trees, depth {DEPTH}, {LEAF} examples a leaf",
    )


def _fit(
    z: NDArray[np.float64], factor: Factor, rows: NDArray[np.int64], trees: int, seed: int
) -> Any:
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

    kind = ExtraTreesRegressor if factor.kind == "number" else ExtraTreesClassifier
    forest = kind(
        trees,
        max_depth=DEPTH,
        min_samples_leaf=LEAF,
        max_features=1.0,
        random_state=seed,
        n_jobs=1,
    )
    return forest.fit(z[rows], factor.values[rows])


def _held_out(forest: Any, table: Table, factor: Factor, rows: NDArray[np.int64]) -> Estimate:
    """R² or accuracy on these rows."""
    found, true = forest.predict(table.codes[rows]), factor.values[rows]
    if factor.kind == "category":
        return estimate(torch.from_numpy((found == true).astype(np.float64)))
    return estimate(r_squared_parts(torch.from_numpy(true), torch.from_numpy(found)))


def _chance(factor: Factor) -> float:
    if factor.kind == "number":
        return 0.0
    return float(np.bincount(factor.bins).max() / len(factor.bins))


def _concentration(importance: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 − the entropy of each row to the base of its length: 0 even, 1 all in one place."""
    total = importance.sum(1, keepdims=True)
    share = np.divide(importance, total, out=np.zeros_like(importance), where=total > 0)
    logs = np.log(share, out=np.zeros_like(share), where=share > 0)
    even = math.log(max(importance.shape[1], 2))  # of one value the entropy is 0 in any base
    return np.where(total[:, 0] > 0, 1 + (share * logs).sum(1) / even, 0.0)


def _disentanglement(importance: NDArray[np.float64]) -> float:
    weight = importance.sum(1)
    return float((weight * _concentration(importance)).sum() / max(weight.sum(), 1e-12))


def _interval(score: float, parts: list[float], n: int) -> Estimate:
    half = T_QUANTILE * float(np.std(parts, ddof=1)) / math.sqrt(len(parts))
    return Estimate(score, score - half, score + half, n)
