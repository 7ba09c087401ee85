"""Recipes: the classifier, and two that learn more from what it gets wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator

from allegory.errors import UserError
from allegory.recipes.classes import classes_of, train_of

if TYPE_CHECKING:
    from allegory.data.dataset import Dataset
    from allegory.models.build import Blueprint
    from allegory.models.classifier import Classifier
    from allegory.training.game import Game

__all__ = ["ClassifierSettings", "ReweightingSettings", "UpweightingSettings"]


class ClassifierFamily(BaseModel):
    """What all classifiers share: their model."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    label: str = "label"
    """Column of the data's table whose categories are told apart."""
    network: Literal["tiny", "small", "base"] = "small"
    """Size of the network; "tiny" is for laptops in a hurry."""
    augment: bool = True
    """Move, turn and scale training pictures a little, each time anew."""

    def blueprint(self, data: Dataset) -> Blueprint:
        """The model for these data.

        Raises:
            UserError: there is no such column of categories, or no two of them to learn.
        """
        from allegory.models.build import Blueprint

        classes = classes_of(data, self.label)
        arguments = {"label": self.label, "classes": list(classes), "network": self.network}
        return Blueprint("classifier", data.media, arguments)

    def model(self, data: Dataset) -> Classifier:
        """The model for these data, with fresh weights."""
        from allegory.models.build import build
        from allegory.models.classifier import Classifier

        model = build(self.blueprint(data))
        assert isinstance(model, Classifier)
        return model


class ClassifierSettings(ClassifierFamily):
    """The classifier."""

    kind: Literal["classifier"] = "classifier"
    oversample_outliers: str | None = None
    """Folder of a run of a generative model: training examples that it takes for outliers are
    drawn more often."""
    outlier_weight: Annotated[float, Field(ge=1.0)] = 5.0
    """How often such an example is drawn, where others are once."""

    @field_validator("oversample_outliers")
    @classmethod
    def from_every_folder(cls, folder: str | None) -> str | None:
        """By the name that it has from every folder."""
        return None if folder is None else str(Path(folder).expanduser().resolve())

    def build(self, data: Dataset) -> Game:
        """The game for these data.

        Raises:
            UserError: no outliers can be told by the folder that is named.
        """
        from allegory.games.classifier import ClassifierGame, Oversampling

        model = self.model(data)
        if self.oversample_outliers is None:
            return ClassifierGame(model, augment=self.augment)
        from allegory.recipes.outlying import outlying

        strange = outlying(Path(self.oversample_outliers), data)
        examples = len(train_of(data))
        oversampled = Oversampling(strange, self.outlier_weight, examples)
        return ClassifierGame(model, augment=self.augment, oversampling=oversampled)


class UpweightingSettings(ClassifierFamily):
    """Just train twice."""

    kind: Literal["upweighting"] = "upweighting"
    first_images: Annotated[int, Field(ge=1)] = 50_000
    """Images that the first classifier sees; what it then misses weighs more for the second."""
    upweight: Annotated[float, Field(ge=1.0)] = 5.0
    """How often an example that was missed is drawn, where others are once."""

    def build(self, data: Dataset) -> Game:
        """The game for these data."""
        from allegory.games.upweighting import UpweightingGame

        return UpweightingGame(
            self.model(data),
            examples=len(train_of(data)),
            first=self.first_images,
            upweight=self.upweight,
            augment=self.augment,
        )


class ReweightingSettings(ClassifierFamily):
    """Automatic feature reweighting."""

    kind: Literal["reweighting"] = "reweighting"
    first_images: Annotated[int, Field(ge=1)] = 350_000
    """Images after which the last layer alone learns, from the examples that were kept apart."""
    apart: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.2
    """Share of the training examples that is kept apart for that."""
    gamma: Annotated[float, Field(ge=0.0, le=50.0)] = 4.0
    """How much more an example weighs there whose class was told with doubt."""
    hold: Annotated[float, Field(ge=0.0)] = 0.1
    """What the squared distance of the last layer from where it was costs there, in nats."""

    def build(self, data: Dataset) -> Game:
        """The game for these data.

        Raises:
            UserError: no examples of two classes can be kept apart.
        """
        from allegory.games.reweighting import ReweightingGame, apart

        model = self.model(data)
        truth = train_of(data).table()[self.label].values.astype(np.int64)
        kept = apart(truth, self.apart)
        if len(np.unique(truth[kept])) < 2:
            raise UserError(
                "afr keeps a part of each class apart, and fewer than two classes have two "
                "training examples: it takes more of them, or the recipe classifier."
            )
        return ReweightingGame(
            model,
            kept=kept,
            first=self.first_images,
            gamma=self.gamma,
            hold=self.hold,
            augment=self.augment,
        )
