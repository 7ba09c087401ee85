"""Recipes: generative adversarial networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from allegory.errors import UserError
from allegory.recipes.classes import classes_of, shares_of

if TYPE_CHECKING:
    from allegory.data.dataset import Dataset
    from allegory.models.build import Blueprint
    from allegory.training.game import Game

__all__ = ["GANSettings"]

FEW = 20_000
"""Training pictures below which a discriminator may soon know them by heart: a rule of thumb."""


class GANSettings(BaseModel):
    """The generative adversarial network."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    kind: Literal["gan"] = "gan"
    latents: Annotated[int, Field(ge=1, le=4096)] = 64
    """Numbers in a code."""
    network: Literal["tiny", "small", "base"] = "small"
    """Size of the networks; "tiny" is for laptops in a hurry."""
    loss: Literal["relativistic", "non-saturating", "minimax", "hinge", "wasserstein"] = (
        "relativistic"
    )
    """What generator and discriminator play for; "relativistic": which of two examples is real."""
    r1: float = Field(0.0, ge=0.0)
    """Weight of the discriminator's slope at real examples."""
    r2: float = Field(0.0, ge=0.0)
    """Weight of the discriminator's slope at generated examples."""
    gradient_penalty: float = Field(0.0, ge=0.0)
    """Weight of how far the discriminator's slope between both is from 1."""
    penalty_every: int = Field(1, ge=1)
    """The weights above are paid in one of so many steps, as many times over."""
    penalty_half_life: int = Field(0, ge=0)
    """Images after which they are halved, again and again: first to find every mode, then to be
    sharp; 0: they stay."""
    spectral: bool = False
    """Normalise the discriminator's layers by their largest singular value."""
    turns: int = Field(1, ge=1)
    """Moves of the discriminator for each of the generator."""
    augment: Literal["auto", "always", "never"] = "auto"
    """Change pictures before the discriminator sees them, as much as keeps it from learning them
    by heart; "auto": where there are fewer than 20,000."""
    growth_images: Annotated[int, Field(ge=0)] | None = None
    """Images over which networks grow to the full size of pictures; 0: such networks, at full size
    from the start; none: networks that can't grow."""
    label: str | None = None
    """Column of the data's table with the classes that samples can be asked for."""
    drop: float = Field(0.1, ge=0.0, le=1.0)
    """Share of examples whose label is hidden, so that samples of no class can be drawn too."""

    @model_validator(mode="after")
    def one_way_to_tame(self) -> Self:
        """Refuse what growing networks, whose layers are equalised, have no use for."""
        if self.spectral and self.growth_images is not None:
            raise UserError("--spectral is for networks that can't grow: leave one of both out.")
        return self

    def classes(self, data: Dataset) -> tuple[str, ...]:
        """Names of the classes of these data; none where no label is asked for."""
        return () if self.label is None else classes_of(data, self.label)

    def shares(self, data: Dataset) -> list[float]:
        """The share of each class among the examples whose class is known."""
        return [] if self.label is None else shares_of(data, self.label)

    def blueprint(self, data: Dataset) -> Blueprint:
        """The model for these data."""
        from allegory.models.build import Blueprint
        from allegory.objectives.adversarial import ADVERSARIAL

        arguments: dict[str, Any] = {
            "latents": self.latents,
            "network": self.network,
            "paired": ADVERSARIAL[self.loss].paired,
            "classes": list(self.classes(data)),
            "shares": self.shares(data),
            "growing": self.growth_images is not None,
            "spectral": self.spectral,
        }
        return Blueprint("gan", data.media, arguments)

    def build(self, data: Dataset) -> Game:
        """The game for these data."""
        from allegory.games.gan import GANGame, Penalties
        from allegory.models.build import build
        from allegory.models.gan import Adversarial

        model = build(self.blueprint(data))
        assert isinstance(model, Adversarial)
        few = len(data.splits.get("train", data.rows)) < FEW
        penalties = Penalties(
            real=self.r1,
            fake=self.r2,
            unit=self.gradient_penalty,
            every=self.penalty_every,
            half_life=self.penalty_half_life,
        )
        return GANGame(
            model,
            loss=self.loss,
            penalties=penalties,
            turns=self.turns,
            label=self.label,
            drop=self.drop,
            augment=self.augment == "always" or (self.augment == "auto" and few),
            growth_images=self.growth_images or 0,
        )
