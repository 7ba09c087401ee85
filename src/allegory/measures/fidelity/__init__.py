"""How like the data generated examples are: functions of features, (n, d) of each side."""

from allegory.measures.fidelity.features import (
    Features,
    inception_features,
    module_features,
    plain_features,
    read_features,
)
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
    "Features",
    "FrechetDistance",
    "Measured",
    "Memorisation",
    "PrecisionRecall",
    "density_coverage",
    "frechet_distance",
    "inception_features",
    "kernel_distance",
    "memorisation",
    "module_features",
    "plain_features",
    "precision_recall",
    "read_features",
    "two_sample_accuracy",
]
