"""Recipes: the variational autoencoder and the beta-VAE."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from allegory.recipes.autoencoder import latents_for

if TYPE_CHECKING:
    from allegory.data.dataset import Dataset
    from allegory.media import Media
    from allegory.models.build import Blueprint
    from allegory.models.vae import VAE
    from allegory.training.game import Game

__all__ = ["VAEFamily", "VAESettings"]


class VAEFamily(BaseModel):
    """What all variational autoencoders share: their model."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    latents: Annotated[int, Field(ge=1, le=4096)] | None = None
    """Number of latents; by default 32 for pictures, as many as columns for vectors."""
    network: Literal["tiny", "small", "base"] = "small"
    """Size of the networks; "tiny" is for laptops in a hurry."""
    likelihood: Literal[
        "auto", "gaussian", "gaussian-pixel", "gaussian-fixed", "bernoulli", "logistic"
    ] = "auto"
    """p(x | z): a normal with one learned deviation, one a pixel, or a fixed one; Bernoulli;
    discretised logistic. "auto": Bernoulli for binary pictures, else "gaussian"."""
    deviation: Annotated[float, Field(gt=0.0, le=100.0)] | Literal["auto"] = 0.1
    """Of "gaussian-fixed", in the unit of the data: the larger, the less the reconstruction
    weighs. "auto": the root of the number of values over 160, at least 0.1 (0.69 for 64x64 RGB),
    so that large pictures, whose values repeat each other, do not outweigh the KL."""

    def blueprint(self, data: Dataset) -> Blueprint:
        """The model for these data."""
        from allegory.models.build import Blueprint

        return Blueprint("vae", data.media, self.arguments(data))

    def arguments(self, data: Dataset) -> dict[str, Any]:
        """What the model is built from, beside the media."""
        from allegory.media import Images

        media, likelihood = data.media, self.likelihood
        if likelihood == "auto":
            binary = isinstance(media, Images) and media.binary
            likelihood = "bernoulli" if binary else "gaussian"
        arguments: dict[str, Any] = {
            "latents": latents_for(self.latents, media),
            "network": self.network,
            "likelihood": likelihood,
        }
        if likelihood == "gaussian-fixed":
            arguments["deviation"] = self.spread(media)
        return arguments

    def spread(self, media: Media) -> float:
        """The fixed deviation for these data."""
        if self.deviation != "auto":
            return self.deviation
        return max(0.1, math.sqrt(math.prod(media.shape)) / 160)

    def model(self, data: Dataset) -> VAE:
        """The model for these data, with fresh weights."""
        from allegory.models.build import build
        from allegory.models.vae import VAE

        model = build(self.blueprint(data))
        assert isinstance(model, VAE)
        return model


class VAESettings(VAEFamily):
    """The variational autoencoder."""

    kind: Literal["vae"] = "vae"
    beta: float = Field(1.0, ge=0.0, le=10_000.0)
    """Weight of the KL; 1 is the VAE, more gives fewer and more separate latents where the
    deviation is fixed: a learned one makes up for it."""
    free_bits: float = Field(0.0, ge=0.0)
    """Nats of each latent that cost nothing."""
    kl_warmup: int = Field(0, ge=0)
    """Images over which the weight of the KL rises from 0."""
    capacity: float = Field(0.0, ge=0.0)
    """Nats at which the KL is held, by paying beta for each one more or less."""
    capacity_images: int = Field(0, ge=0)
    """Images over which the capacity rises from 0."""

    def build(self, data: Dataset) -> Game:
        """The game for these data."""
        from allegory.games.vae import VAEGame

        return VAEGame(
            self.model(data),
            beta=self.beta,
            free_bits=self.free_bits,
            warmup=self.kl_warmup,
            capacity=self.capacity,
            capacity_images=self.capacity_images,
        )
