"""Recipe: the classifier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from allegory.recipes.classes import classes_of

if TYPE_CHECKING:
    from allegory.data.dataset import Dataset
    from allegory.models.build import Blueprint
    from allegory.training.game import Game

__all__ = ["ClassifierSettings"]


class ClassifierSettings(BaseModel):
    """The classifier."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    kind: Literal["classifier"] = "classifier"
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

    def build(self, data: Dataset) -> Game:
        """The game for these data."""
        from allegory.games.classifier import ClassifierGame
        from allegory.models import build

        model = build.build(self.blueprint(data))
        return ClassifierGame(model, augment=self.augment)  # type: ignore[arg-type]
