"""Recipes: translation of pictures, by pairs and without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, cast

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from allegory.data.dataset import Dataset
    from allegory.media import Pairs
    from allegory.models.build import Blueprint
    from allegory.models.translation import CycleGAN, Pix2Pix
    from allegory.training.game import Game

__all__ = ["CycleGANSettings", "Pix2PixSettings"]


class Pix2PixSettings(BaseModel):
    """Paired translation."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    kind: Literal["pix2pix"] = "pix2pix"
    network: Literal["tiny", "small", "base"] = "small"
    """Size of the networks; "tiny" is for laptops in a hurry."""
    l1: float = Field(100.0, ge=0.0)
    """Weight of the distance to the partner."""
    adversarial: float = Field(1.0, ge=0.0)
    """Weight of what a critic of patches says; 0: there is none."""
    reverse: bool = False
    """Translate from the second picture of a pair to the first."""

    def blueprint(self, data: Dataset) -> Blueprint:
        """The model for these data."""
        from allegory.media import Pairs
        from allegory.models.build import Blueprint

        data.require(Pairs, "pix2pix")
        arguments = {"network": self.network, "reverse": self.reverse}
        return Blueprint("pix2pix", data.media, arguments)

    def build(self, data: Dataset) -> Game:
        """The game for these data."""
        from allegory.games.pix2pix import Pix2PixGame
        from allegory.models.build import build
        from allegory.models.nets import patch_critic

        model = cast("Pix2Pix", build(self.blueprint(data)))
        media = cast("Pairs", data.media)
        critic = patch_critic(media, media.shape[0], self.network) if self.adversarial else None
        return Pix2PixGame(model, critic, l1=self.l1, adversarial=self.adversarial)


class CycleGANSettings(BaseModel):
    """Unpaired translation."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    kind: Literal["cyclegan"] = "cyclegan"
    network: Literal["tiny", "small", "base"] = "small"
    """Size of the networks; "tiny" is for laptops in a hurry."""
    cycle: float = Field(10.0, ge=0.0)
    """Weight of what is lost on the way there and back; 0: it may be anything."""
    identity: float = Field(0.5, ge=0.0)
    """Weight, in weights of the cycle, of what is changed of pictures that are of the target
    already: colours stay."""
    pool: Annotated[int, Field(ge=0, le=1000)] = 50
    """Earlier answers that the critics are shown again."""
    label: str | None = None
    """A column of categories, known of both domains, whose value translations have to keep."""

    def blueprint(self, data: Dataset) -> Blueprint:
        """The model for these data."""
        from allegory.media import Pairs
        from allegory.models.build import Blueprint

        data.require(Pairs, "cyclegan")
        return Blueprint("cyclegan", data.media, {"network": self.network})

    def build(self, data: Dataset) -> Game:
        """The game for these data."""
        from allegory.games.cyclegan import CycleGANGame
        from allegory.models.build import build
        from allegory.models.nets import patch_critic
        from allegory.recipes.meaning import meaning_of

        model = cast("CycleGAN", build(self.blueprint(data)))
        media = cast("Pairs", data.media)
        critics = [patch_critic(media, side.channels, self.network) for side in (media.a, media.b)]
        return CycleGANGame(
            model,
            *critics,
            cycle=self.cycle,
            identity=self.identity,
            pool=self.pool,
            meaning=None if self.label is None else meaning_of(data, self.label, self.network),
        )
