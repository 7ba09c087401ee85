"""Recipes: the variational autoencoder and the beta-VAE."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from allegory.recipes.autoencoder import latents_for

if TYPE_CHECKING:
    from allegory.data.dataset import Dataset
    from allegory.media import Media
    from allegory.models.build import Blueprint
    from allegory.training.game import Game

__all__ = ["VAESettings"]


class VAESettings(BaseModel):
    """The variational autoencoder."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    kind: Literal["vae"] = "vae"
    latents: Annotated[int, Field(ge=1, le=4096)] | None = None
    """Number of latents; by default 32 for pictures, as many as columns for vectors."""
    network: Literal["tiny", "small", "base"] = "small"
    """Size of the networks; "tiny" is for laptops in a hurry."""
    likelihood: Literal[
        "auto", "gaussian", "gaussian-pixel", "gaussian-fixed", "bernoulli", "logistic"
    ] = "auto"
    """p(x | z): a normal with one learned deviation, one a pixel, or a fixed one (0.1); Bernoulli;
    discretised logistic. "auto": Bernoulli for binary pictures, else "gaussian"."""
    beta: Annotated[float, Field(ge=0.0, le=10_000.0)] | Literal["auto"] = 1.0
    """Weight of the KL; 1 is the VAE, more gives fewer and more separate latents. "auto": 4, or
    more for large pictures, whose reconstruction weighs more: a 600th of their values."""
    free_bits: float = Field(0.0, ge=0.0)
    """Nats of each latent that cost nothing."""
    kl_warmup: int = Field(0, ge=0)
    """Images over which the weight of the KL rises from 0."""

    def blueprint(self, data: Dataset) -> Blueprint:
        """The model for these data."""
        from allegory.media import Images
        from allegory.models.build import Blueprint

        media, likelihood = data.media, self.likelihood
        if likelihood == "auto":
            binary = isinstance(media, Images) and media.binary
            likelihood = "bernoulli" if binary else "gaussian"
        arguments = {
            "latents": latents_for(self.latents, media),
            "network": self.network,
            "likelihood": likelihood,
        }
        return Blueprint("vae", media, arguments)

    def weight(self, media: Media) -> float:
        """Beta for these data."""
        if self.beta != "auto":
            return self.beta
        return max(4.0, math.prod(media.shape) / 600)

    def build(self, data: Dataset) -> Game:
        """The game for these data."""
        from allegory.games.vae import VAEGame
        from allegory.models import build

        model = build.build(self.blueprint(data))
        return VAEGame(
            model,  # type: ignore[arg-type]
            beta=self.weight(data.media),
            free_bits=self.free_bits,
            warmup=self.kl_warmup,
        )
