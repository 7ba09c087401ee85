"""The classifier two-sample test: can a classifier tell real from generated examples?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import torch

from allegory.measures.estimate import proportion
from allegory.measures.fidelity.sides import Measured, in_canonical_order, sides

if TYPE_CHECKING:
    from allegory.measures.fidelity.sides import Rows

__all__ = ["two_sample_accuracy"]

Classifier = Literal["logistic", "neighbours"]


def two_sample_accuracy(
    real: Rows, generated: Rows, *, classifier: Classifier = "logistic", seed: int = 0
) -> Measured:
    """Held-out accuracy of real against generated, in [0, 1]; 0.5: they can't be told apart.

    Lopez-Paz & Oquab (2017), "Revisiting classifier two-sample tests", section 3. As many of each
    side; half of them train the classifier, on the other half it is judged. The interval is that
    of a share (Wilson): sets differ where it lies above 0.5. An accuracy depends on the classifier
    and on n: a better one may tell apart what this one can't. With "neighbours" copies of training
    examples are seen too: it falls below 0.5.

    Args:
        real: (n, d).
        generated: (m, d).
        classifier: "logistic" regression on standardised features, or the vote of the nearest
            "neighbours", as many as the root of the training examples.
        seed: of the halves.
    """
    x, y = (in_canonical_order(side, seed + i) for i, side in enumerate(sides(real, generated)))
    notes = [f"classifier: {classifier}."]
    n = min(len(x), len(y))
    if len(x) != len(y):
        notes.append(f"{n:,} of each side are used, of {len(x):,} and {len(y):,}.")
    half = n // 2
    train = torch.cat([x[:half], y[:half]]).numpy()
    test = torch.cat([x[half:n], y[half:n]]).numpy()
    labels = [0] * half + [1] * half
    answers = [0] * (n - half) + [1] * (n - half)
    fitted = _classifier(classifier, len(train)).fit(train, labels)
    found = proportion(int((fitted.predict(test) == answers).sum()), len(test))
    return Measured(
        value=found.mean,
        low=found.low,
        high=found.high,
        n_real=len(x),
        n_generated=len(y),
        notes=tuple(notes),
    )


def _classifier(kind: Classifier, n: int) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if kind == "logistic":
        return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000))
    # an odd number of votes has no tie
    votes = min(2 * (int(n**0.5) // 2) + 1, n - 1)
    return KNeighborsClassifier(votes, algorithm="brute")
