"""Recipe: the debiasing VAE."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from allegory.errors import unknown
from allegory.measures.rarity import ALPHA, CAP, histogram_weights, kernel_weights
from allegory.recipes.classes import classes_of
from allegory.recipes.vae import VAEFamily

if TYPE_CHECKING:
    from allegory.data.dataset import Dataset
    from allegory.models.build import Blueprint
    from allegory.training.game import Game

__all__ = ["DebiasingSettings"]

NEGATIVE = "negative"
"""The class that is no positive unless it is said to be."""


class DebiasingSettings(VAEFamily):
    """The debiasing VAE."""

    kind: Literal["dbvae"] = "dbvae"
    label: str = "label"
    """Column of the data's table whose categories are told apart."""
    positive: str = ""
    """The category whose examples are drawn by their rarity; by default each but "negative"."""
    beta: float = Field(1.0, ge=0.0, le=10_000.0)
    """Weight of the KL."""
    weight: float = Field(1.0, ge=0.0)
    """What a nat of a pixel, or of a value of a vector, weighs beside one of the class."""
    density: Literal["kernel", "histograms"] = "kernel"
    """How rarity is estimated: among all latents at once, or as published, one by one."""
    alpha: Annotated[float, Field(ge=0.0)] | None = None
    """Added to each density, in mean densities: the larger, the more evenly examples are drawn. By
    default 0.02 for "kernel"; for "histograms", whose product spreads with every latent, the root
    of their number."""
    cap: Annotated[float, Field(ge=1.0)] = CAP
    """How many times as often as the average an example is drawn at most."""

    augment: bool = True
    """Move, turn and scale training pictures a little, each time anew."""

    def blueprint(self, data: Dataset) -> Blueprint:
        """The model for these data.

        Raises:
            UserError: there is no such column of categories, no two of them, or no such positive.
        """
        from allegory.models.build import Blueprint

        classes = classes_of(data, self.label)
        if self.positive and self.positive not in classes:
            raise unknown("class", self.positive, classes)
        positive = [
            c for c in classes if c == self.positive or (not self.positive and c != NEGATIVE)
        ]
        told = {"label": self.label, "classes": list(classes), "positive": positive}
        return Blueprint("dbvae", data.media, {**told, **self.arguments(data)})

    def build(self, data: Dataset) -> Game:
        """The game for these data."""
        from allegory.games.debiasing import DebiasingGame
        from allegory.models.build import build
        from allegory.models.debiasing import DebiasingVAE

        model = build(self.blueprint(data))
        assert isinstance(model, DebiasingVAE)
        by, alpha = {
            "kernel": (kernel_weights, ALPHA),
            "histograms": (histogram_weights, math.sqrt(model.latents)),
        }[self.density]
        return DebiasingGame(
            model,
            weight=self.weight,
            beta=self.beta,
            rarity=partial(by, alpha=alpha if self.alpha is None else self.alpha, cap=self.cap),
            augment=self.augment,
        )
