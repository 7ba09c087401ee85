"""Recipe: the classifier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from allegory.errors import UserError

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


def classes_of(data: Dataset, label: str) -> tuple[str, ...]:
    """The categories of a column, of which the training split has two or more.

    Raises:
        UserError: there is no such column, it holds no categories, or one at most.
    """
    column = data.columns.get(label)
    if column is None or column.kind != "category":
        categories = [name for name, c in data.columns.items() if c.kind == "category"]
        there = (
            f"columns of categories: {', '.join(categories)}"
            if categories
            else (
                "it has no column of categories; labels come from sub-folders or from metadata.csv"
            )
        )
        what = "has no column" if column is None else f"holds {column.kind}s, not categories, in"
        raise UserError(f"'{data.name}' {what} '{label}' to learn classes from; {there}.")
    train = data.split("train") if "train" in data.splits else data
    values = train.table()[label].values.astype(np.int64)
    if len(np.unique(values[values >= 0])) < 2:
        raise UserError(
            f"the training examples of '{data.name}' are of fewer than two classes of '{label}': "
            "there is nothing to tell apart."
        )
    return column.names
