"""Recipe: features learned without labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from allegory.data.dataset import Dataset
    from allegory.models.build import Blueprint
    from allegory.training.game import Game

__all__ = ["FeaturesSettings"]


class FeaturesSettings(BaseModel):
    """The feature network, by contrastive learning."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    kind: Literal["features"] = "features"
    latents: Annotated[int, Field(ge=2, le=4096)] = 128
    """Features of an example."""
    network: Literal["tiny", "small", "base"] = "tiny"
    """Size of the network."""
    temperature: float = Field(0.2, ge=0.01, le=10.0)
    """By which cosines are divided: the smaller, the more the nearest others count."""

    def blueprint(self, data: Dataset) -> Blueprint:
        """The model for these data."""
        from allegory.models.build import Blueprint

        arguments = {"latents": self.latents, "network": self.network}
        return Blueprint("features", data.media, arguments)

    def build(self, data: Dataset) -> Game:
        """The game for these data."""
        from allegory.games.contrastive import ContrastiveGame
        from allegory.models import build

        model = build.build(self.blueprint(data))
        return ContrastiveGame(model, temperature=self.temperature)  # type: ignore[arg-type]
