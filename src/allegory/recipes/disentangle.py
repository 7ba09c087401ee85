"""Recipes: VAEs that press their latents apart by the total correlation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from allegory.recipes.vae import VAEFamily

if TYPE_CHECKING:
    from allegory.data.dataset import Dataset
    from allegory.training.game import Game

__all__ = ["BetaTCVAESettings", "FactorVAESettings"]


class BetaTCVAESettings(VAEFamily):
    """The beta-TCVAE."""

    kind: Literal["beta-tcvae"] = "beta-tcvae"
    alpha: float = Field(1.0, ge=0.0, le=10_000.0)
    """Weight of what the code tells of its example; 0 keeps that free."""
    beta: float = Field(15.0, ge=0.0, le=10_000.0)
    """Weight of what the latents tell of each other: their total correlation."""
    gamma: float = Field(1.0, ge=0.0, le=10_000.0)
    """Weight of the distance of each latent to its prior."""
    sampling: Literal["stratified", "weighted"] = "stratified"
    """How the aggregate posterior is estimated from a batch; "weighted", the one of the paper's
    experiments, counts a code's own example too much."""

    def build(self, data: Dataset) -> Game:
        """The game for these data."""
        from allegory.games.beta_tcvae import BetaTCVAEGame

        return BetaTCVAEGame(
            self.model(data),
            examples=len(data.split("train")),
            alpha=self.alpha,
            beta=self.beta,
            gamma=self.gamma,
            sampling=self.sampling,
        )


class FactorVAESettings(VAEFamily):
    """FactorVAE."""

    kind: Literal["factor-vae"] = "factor-vae"
    gamma: float = Field(10.0, ge=0.0, le=10_000.0)
    """Weight of the total correlation, beside the 1 that the KL holds of it."""
    hidden: int = Field(256, ge=1, le=8192)
    """Units in a hidden layer of the discriminator."""
    layers: int = Field(4, ge=1, le=16)
    """Hidden layers of the discriminator."""

    def build(self, data: Dataset) -> Game:
        """The game for these data."""
        from allegory.games.factor_vae import FactorVAEGame

        return FactorVAEGame(
            self.model(data), gamma=self.gamma, hidden=self.hidden, layers=self.layers
        )
