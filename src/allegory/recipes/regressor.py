"""Recipe: the regressor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from allegory.errors import UserError, unknown

if TYPE_CHECKING:
    from allegory.data.dataset import Dataset
    from allegory.models.build import Blueprint
    from allegory.training.game import Game

__all__ = ["RegressorSettings"]


class RegressorSettings(BaseModel):
    """The regressor."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    kind: Literal["regressor"] = "regressor"
    targets: tuple[str, ...] = ()
    """Columns of the data's table to read off an example; by default all that hold numbers."""
    network: Literal["tiny", "small", "base"] = "small"
    """Size of the network; "tiny" is for laptops in a hurry."""

    def blueprint(self, data: Dataset) -> Blueprint:
        """The model for these data.

        Raises:
            UserError: a target is unknown, holds no numbers, or there is none.
        """
        from allegory.models.build import Blueprint

        train = data.split("train") if "train" in data.splits else data
        table = train.table()
        targets = self.targets or tuple(k for k, c in table.items() if c.kind == "number")
        if not targets:
            raise UserError(
                f"'{data.name}' knows no numbers of its examples: a regressor learns columns such "
                "as those of a folder's metadata.csv, or the factors of 'faces'."
            )
        offset, scale = [], []
        for name in targets:
            if name not in table:
                raise unknown("column", name, table)
            if table[name].kind != "number":
                raise UserError(
                    f"the column '{name}' holds no numbers: a regressor can't read it."
                )
            values = table[name].values.astype(np.float64)
            present = values[np.isfinite(values)]
            if not len(present):
                raise UserError(f"the column '{name}' is missing for every training example.")
            offset.append(float(present.mean()))
            scale.append(float(present.std()) or 1.0)
        arguments = {
            "columns": list(targets),
            "offset": offset,
            "scale": scale,
            "network": self.network,
        }
        return Blueprint("regressor", data.media, arguments)

    def build(self, data: Dataset) -> Game:
        """The game for these data."""
        from allegory.games.regressor import RegressorGame
        from allegory.models import build

        model = build.build(self.blueprint(data))
        return RegressorGame(model)  # type: ignore[arg-type]
