"""Recipe: the autoencoder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from allegory.data.dataset import Dataset
    from allegory.media import Media
    from allegory.models.build import Blueprint
    from allegory.training.game import Game

__all__ = ["AutoencoderSettings", "latents_for"]


class AutoencoderSettings(BaseModel):
    """The autoencoder."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    kind: Literal["autoencoder"] = "autoencoder"
    latents: Annotated[int, Field(ge=1, le=4096)] | None = None
    """Numbers in the code; by default 32 for pictures, as many as columns for vectors."""
    network: Literal["tiny", "small", "base"] = "small"
    """Size of the networks; "tiny" is for laptops in a hurry."""

    def blueprint(self, data: Dataset) -> Blueprint:
        """The model for these data."""
        from allegory.models.build import Blueprint

        arguments = {"latents": latents_for(self.latents, data.media), "network": self.network}
        return Blueprint("autoencoder", data.media, arguments)

    def build(self, data: Dataset) -> Game:
        """The game for these data."""
        from allegory.games.autoencoder import AutoencoderGame
        from allegory.models import build

        model = build.build(self.blueprint(data))
        return AutoencoderGame(model)  # type: ignore[arg-type]


def latents_for(wanted: int | None, media: Media) -> int:
    """How many latents for these data: what is wanted, or the default."""
    return wanted or (media.shape[0] if len(media.shape) == 1 else 32)
