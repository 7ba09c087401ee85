"""Recipes of what reads examples: their class, known quantities, numbers to compare them by."""

from allegory.data.settings import DataSettings
from allegory.recipes.classifier import (
    ClassifierSettings,
    ReweightingSettings,
    UpweightingSettings,
)
from allegory.recipes.debiasing import DebiasingSettings
from allegory.recipes.features import FeaturesSettings
from allegory.recipes.regressor import RegressorSettings
from allegory.recipes.settings import Run
from allegory.training.settings import TrainingSettings

__all__ = ["afr", "classifier", "dbvae", "features", "jtt", "regressor"]


def features() -> Run:
    """Numbers to compare examples by, learned without labels."""
    return Run(
        recipe="features",
        data=DataSettings(),
        game=FeaturesSettings(),
        training=TrainingSettings(images=150_000, batch=64, half_life=10_000, evaluations=10),
    )


def regressor() -> Run:
    """Known quantities, such as factors, read off an example."""
    return Run(
        recipe="regressor",
        data=DataSettings(),
        game=RegressorSettings(),
        training=TrainingSettings(),
    )


def classifier() -> Run:
    """Which class an example belongs to."""
    return Run(
        recipe="classifier",
        data=DataSettings(),
        game=ClassifierSettings(),
        training=TrainingSettings(images=500_000),
    )


def dbvae() -> Run:
    """A classifier that learns more often from what is rare, by a VAE's codes."""
    return Run(
        recipe="dbvae",
        data=DataSettings(),
        game=DebiasingSettings(),
        training=TrainingSettings(images=500_000),
    )


def jtt() -> Run:
    """A classifier that learns more often from what a first one misses: just train twice."""
    return Run(
        recipe="jtt",
        data=DataSettings(),
        game=UpweightingSettings(),
        training=TrainingSettings(images=500_000),
    )


def afr() -> Run:
    """A classifier whose last layer learns anew, more from what is told with doubt."""
    return Run(
        recipe="afr",
        data=DataSettings(),
        game=ReweightingSettings(),
        training=TrainingSettings(images=500_000),
    )
