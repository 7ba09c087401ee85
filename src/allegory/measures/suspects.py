"""Labels that may be wrong: examples that look like another class to a judge new to them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from allegory.data.dataset import Column

__all__ = ["Suspects", "label_suspects"]

FOLDS = 5
FEWEST = 10
"""Examples that a class has at least, to be judged."""
CHANCE = 4.0
"""Standard errors by which the judge has to beat the answer that is most frequent."""
PENALTY = 0.05
"""C of the logistic regression, on standardised features."""


@dataclass(frozen=True)
class Suspects:
    """Examples whose label the judge doubts."""

    rows: NDArray[np.int64]
    """(k,): the most doubtful first."""
    told: NDArray[np.int64]
    """(k,): index of the class that each looks like."""
    p: NDArray[np.float64]
    """(k,): the probability that the judge gives to that class."""
    accuracy: float
    """How often the judge tells the label, of examples that it did not learn from."""
    frequent: float
    """How often the most frequent class alone would be right."""
    judged: int
    """Examples of a class that is large enough."""

    @property
    def able(self) -> bool:
        """Whether the judge knows more than which class is most frequent."""
        error = np.sqrt(self.frequent * (1 - self.frequent) / max(self.judged, 1))
        return bool(self.accuracy > self.frequent + CHANCE * error)


def label_suspects(features: NDArray[np.floating], column: Column, seed: int) -> Suspects | None:
    """Examples that look like another class than their label says.

    Confident learning: Northcutt et al. (2021), "Confident learning: estimating uncertainty in
    dataset labels", equation 1: an example counts against its label where its probability of
    another class, cross-validated, is at least the mean that examples of that class have. The
    judge is a logistic regression on the features.

    Args:
        features: (n, d).
        column: categories.
        seed: of the folds.

    Returns:
        None where fewer than two classes have enough examples.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    truth = column.values.astype(np.int64)
    counts = np.bincount(truth[truth >= 0], minlength=len(column.names))
    classes = np.flatnonzero(counts >= FEWEST)
    if len(classes) < 2:
        return None
    rows = np.flatnonzero(np.isin(truth, classes))
    y = np.searchsorted(classes, truth[rows])
    judge = make_pipeline(StandardScaler(), LogisticRegression(C=PENALTY, max_iter=200))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        p = cross_val_predict(judge, features[rows], y, cv=folds, method="predict_proba")
    least = np.array([p[y == k, k].mean() for k in range(len(classes))])
    against = p * (p >= least)
    own = p[np.arange(len(y)), y]
    against[np.arange(len(y)), y] = 0.0
    told = against.argmax(1)
    other = against[np.arange(len(y)), told]
    doubted = np.flatnonzero((other > 0) & (other > own))
    doubted = doubted[np.argsort((own - other)[doubted], kind="stable")]
    return Suspects(
        rows[doubted],
        classes[told[doubted]],
        other[doubted],
        float((p.argmax(1) == y).mean()),
        float(np.bincount(y).max() / len(y)),
        len(y),
    )
