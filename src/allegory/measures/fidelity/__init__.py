"""How like the data generated examples are: functions of features, (n, d) of each side."""

from allegory.measures.fidelity.frechet import FrechetDistance, frechet_distance
from allegory.measures.fidelity.kernel import kernel_distance
from allegory.measures.fidelity.manifold import (
    DensityCoverage,
    PrecisionRecall,
    density_coverage,
    precision_recall,
)
from allegory.measures.fidelity.memorisation import Memorisation, memorisation
from allegory.measures.fidelity.sides import Measured
from allegory.measures.fidelity.two_sample import two_sample_accuracy

__all__ = [
    "DensityCoverage",
    "FrechetDistance",
    "Measured",
    "Memorisation",
    "PrecisionRecall",
    "density_coverage",
    "frechet_distance",
    "kernel_distance",
    "memorisation",
    "precision_recall",
    "two_sample_accuracy",
]
