"""The SAP score: how much better the best latent predicts a factor than the next best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from allegory.measures.disentanglement.factors import Basis, Factor, table_of
from allegory.measures.estimate import Estimate, estimate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from allegory.data.dataset import Column

__all__ = ["SAP", "sap"]


@dataclass(frozen=True)
class SAP:
    """The separated attribute predictability and what it is made of."""

    score: Estimate
    """Mean gap over the factors, 0 to 1, higher is better."""
    factors: dict[str, Estimate]
    """The gap of each factor, 0 to 1."""
    unadjusted: float
    """The mean gap as in the paper: of k categories, at most 1 − 1/k."""
    predictability: NDArray[np.float64]
    """(latents used, factors): R² of a number; of a category the balanced accuracy, moved and
    scaled so that chance is 0 and perfection 1."""
    basis: Basis
    predictor: str = "R² of a line; balanced accuracy of thresholds, fitted on the other half"


def sap(codes: NDArray[np.floating], columns: Mapping[str, Column], *, seed: int = 0) -> SAP:
    """Mean over factors of the predictability by the best latent less that by the next best.

    Kumar et al. (2018), "Variational inference of disentangled latent concepts"
    (arXiv:1711.00848), section 3. A number is predicted by a line through one latent, scored by
    R²; a category of k values by at most k − 1 thresholds on one latent (a decision tree of k
    leaves, categories weighted equally), scored by the balanced accuracy on the half of the
    examples that it was not fitted on, each half in turn. The balanced accuracy a is counted as
    (a − 1/k) / (1 − 1/k), since otherwise a perfect code of two categories scores 1/2 only; the
    paper's figure, and that of a reference which takes a linear support vector machine's plain
    accuracy, is `unadjusted` or close to it.

    R² is too large by about 1/n, the accuracy unbiased for half of the examples. The intervals are
    at 95 %, by the delta method over examples, with the two best latents taken for known.

    Args:
        codes: posterior means, (n, latents), in any unit.
        columns: what is known of each, (n,); see `table_of` for what is left out.
        seed: which examples make the halves.

    Raises:
        UserError: nothing to measure, see `table_of`.
    """
    table = table_of(codes, columns)
    z = table.codes
    half = np.random.default_rng(seed).permutation(len(z)) % 2
    gaps, scores, scales = [], [], []
    for factor in table.factors:
        # each example's part in the score of each latent; a last latent knows nothing
        parts = _of_number(z, factor) if factor.kind == "number" else _of_category(z, factor, half)
        scores.append(parts.mean(0))
        parts = np.concatenate([parts, np.zeros((len(z), 1))], axis=1)
        second, first = np.argsort(parts.mean(0), kind="stable")[-2:]
        gaps.append(parts[:, first] - parts[:, second])
        scales.append(1.0 if factor.kind == "number" else 1 - 1 / factor.levels)
    return SAP(
        estimate(torch.from_numpy(np.mean(gaps, axis=0))),
        {f.name: estimate(torch.from_numpy(g)) for f, g in zip(table.factors, gaps, strict=True)},
        float(np.mean([g.mean() * s for g, s in zip(gaps, scales, strict=True)])),
        np.stack(scores, axis=1),
        table.basis,
    )


def _of_number(z: NDArray[np.float64], factor: Factor) -> NDArray[np.float64]:
    """R² with each latent plus each example's influence on it, (n, latents); its mean is R²."""
    v = (factor.values - factor.values.mean()) / factor.values.std()
    r = z.T @ v / len(v)
    parts: NDArray[np.float64] = r**2 + 2 * r * (z * v[:, None] - r * (z**2 + v[:, None] ** 2) / 2)
    return parts


def _of_category(
    z: NDArray[np.float64], factor: Factor, half: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Adjusted balanced accuracy with each latent, likewise, (n, latents)."""
    from sklearn.tree import DecisionTreeClassifier

    k, v = factor.levels, factor.bins
    right = np.zeros(z.shape)
    for j in range(z.shape[1]):
        for part in (0, 1):
            fitted, held_out = half != part, half == part
            tree = DecisionTreeClassifier(
                max_leaf_nodes=k, class_weight="balanced", random_state=0
            ).fit(z[fitted, j : j + 1], v[fitted])
            right[held_out, j] = tree.predict(z[held_out, j : j + 1]) == v[held_out]
    counts = np.bincount(v)
    recall = np.stack([right[v == level].mean(0) for level in range(k)])
    balanced = recall.mean(0)
    parts = balanced + (right - recall[v]) * (len(v) / (k * counts))[v, None]
    adjusted: NDArray[np.float64] = (parts - 1 / k) / (1 - 1 / k)
    return adjusted
