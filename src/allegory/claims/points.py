"""GANs on points of a known distribution, which several claims train alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allegory.data.open import open_data

if TYPE_CHECKING:
    from allegory.data.dataset import Dataset
    from allegory.models.gan import GAN
    from allegory.recipes.settings import Run

__all__ = ["TOYS", "OnPoints"]

TOYS = ("line", "ring", "grid", "swiss-roll", "moons")

SMALL_STEPS = {
    "network": "small",
    "batch": 64,
    "lr": 1e-3,
    "half_life": 5_000,
    "penalty_half_life": 640_000,
}
"""Of a claim's images the recipe's own large batches would make too few steps."""


@dataclass(frozen=True, kw_only=True)
class OnPoints:
    """The recipe `gan-toy` in small steps, on enough points that none is seen often."""

    seeds: int
    images: int
    """Seen by each model."""
    examples: int = 50_000

    def run(self, toy: str, seed: int, **fields: Any) -> Run:
        """The recipe on this toy."""
        from allegory.recipes.settings import change
        from allegory.recipes.table import recipe

        given = {"source": toy, "examples": self.examples, "images": self.images, "seed": seed}
        return change(recipe("gan-toy"), {**SMALL_STEPS, **given, "evaluations": 10, **fields})

    def gan(self, toy: str, seed: int) -> GAN:
        """The model of that run, trained or kept."""
        from allegory.claims.trained import trained
        from allegory.models.gan import GAN

        model = trained(self.run(toy, seed))
        assert isinstance(model, GAN)
        return model

    def data(self, toy: str) -> Dataset:
        """The points, with their splits and their density."""
        run = self.run(toy, 0)
        return open_data(run.data.source, run.data)
