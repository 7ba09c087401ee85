"""Recipes: diffusion models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from allegory.randomness import some_rows
from allegory.recipes.classes import classes_of, shares_of, train_of

if TYPE_CHECKING:
    from allegory.data.dataset import Dataset
    from allegory.models.build import Blueprint
    from allegory.training.game import Game

__all__ = ["ConsistencySettings", "DiffusionSettings"]

LOOKED_AT = 2_000
"""Training examples that the spread is taken from, at most."""


class Diffusing(BaseModel):
    """What all diffusion models share."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    network: Literal["tiny", "small", "base"] = "small"
    """Size of the network; "tiny" is for laptops in a hurry, "base" for a GPU."""
    formulation: Literal["edm", "flow"] = "edm"
    """What the network predicts: a mix of example and noise that is easy at every noise, or the
    velocity from example to noise (flow matching)."""
    noise_mean: float = Field(-0.5, ge=-10.0, le=10.0)
    """Mean of ln sigma while training, sigma in spreads of the data."""
    noise_deviation: float = Field(1.2, gt=0.0, le=10.0)
    """Deviation of ln sigma while training."""
    label: str | None = None
    """Column of the data's table with the classes that samples can be asked for."""
    drop: float = Field(0.1, ge=0.0, le=1.0)
    """Share of examples whose label is hidden, so that samples of no class can be drawn too."""

    def known(self, data: Dataset) -> dict[str, Any]:
        """What the model is built from, as far as all share it."""
        return {
            "network": self.network,
            "formulation": self.formulation,
            "spread": spread_of(data),
            "classes": [] if self.label is None else list(classes_of(data, self.label)),
            "shares": [] if self.label is None else shares_of(data, self.label),
        }


class DiffusionSettings(Diffusing):
    """The diffusion model."""

    kind: Literal["diffusion"] = "diffusion"
    solver: Literal["ddim", "euler", "heun", "dpm++", "unipc", "ancestral"] = "dpm++"
    """By which samples are drawn, unless another is asked for."""
    steps: Annotated[int, Field(ge=1, le=10_000)] = 16
    """In so many."""
    guidance: float = Field(1.0, ge=0.0, le=100.0)
    """How strongly samples are held to their class, where one is asked for: 1: as the data."""

    def blueprint(self, data: Dataset) -> Blueprint:
        """The model for these data."""
        from allegory.models.build import Blueprint

        own = {"solver": self.solver, "steps": self.steps, "guidance": self.guidance}
        return Blueprint("diffusion", data.media, self.known(data) | own)

    def build(self, data: Dataset) -> Game:
        """The game for these data."""
        from allegory.games.diffusion import DiffusionGame
        from allegory.models.build import build
        from allegory.models.diffusion import Denoising

        model = build(self.blueprint(data))
        assert isinstance(model, Denoising)
        return DiffusionGame(
            model,
            mean=self.noise_mean,
            deviation=self.noise_deviation,
            label=self.label,
            drop=self.drop,
        )


class ConsistencySettings(Diffusing):
    """The consistency model: a diffusion model that then learns to do in a step or two."""

    kind: Literal["consistency"] = "consistency"
    steps: Annotated[int, Field(ge=1, le=16)] = 2
    """In which samples are made."""
    teacher: str | None = None
    """Folder of a run of a diffusion model of such data: what it makes in many steps is learned,
    from its own weights on; its network and classes are taken over. None: the first stage of the
    run itself."""
    adversarial: float = Field(1.0, ge=0.0)
    """Weight of a discriminator that tells samples from examples, beside what the teacher says;
    0: none."""
    first_images: int = Field(100_000, ge=0)
    """Images over which it learns to denoise, before it learns to do so in few steps; 0 where it
    has a teacher."""

    @model_validator(mode="before")
    @classmethod
    def one_teacher(cls, values: Any) -> Any:
        """With a teacher there is no first stage, and it is found from every folder."""
        if not isinstance(values, dict) or values.get("teacher") is None:
            return values
        folder = str(Path(values["teacher"]).expanduser().resolve())
        return values | {"teacher": folder, "first_images": 0}

    def blueprint(self, data: Dataset) -> Blueprint:
        """The model for these data.

        Raises:
            UserError: the teacher is no diffusion model, or one of other data.
        """
        from allegory.models.build import Blueprint
        from allegory.recipes.teaching import taught

        known = self.known(data) if self.teacher is None else taught(Path(self.teacher), data)
        return Blueprint("consistency", data.media, known | {"steps": self.steps})

    def build(self, data: Dataset) -> Game:
        """The game for these data.

        Raises:
            UserError: the teacher is no diffusion model, or one of other data.
        """
        from allegory.games.consistency import ConsistencyGame
        from allegory.models.build import build
        from allegory.models.consistency import Consistent
        from allegory.models.nets import full_pair
        from allegory.recipes.teaching import label_of, weights_of

        blueprint = self.blueprint(data)
        model, label = build(blueprint), self.label
        assert isinstance(model, Consistent)
        if self.teacher is not None:
            model.load_state_dict(weights_of(Path(self.teacher)))
            label = label_of(Path(self.teacher))
        size, classes = blueprint.arguments["network"], len(blueprint.arguments["classes"])
        critic = full_pair(data.media, 1, size, classes)[1] if self.adversarial else None
        return ConsistencyGame(
            model,
            mean=self.noise_mean,
            deviation=self.noise_deviation,
            first=self.first_images,
            critic=critic,
            adversarial=self.adversarial,
            label=label,
            drop=self.drop,
        )


def spread_of(data: Dataset) -> float:
    """Root of the mean square of the training data's values in standard units.

    That of vectors is 1: their columns are standardised by the training split.
    """
    from allegory.media import Vectors

    if isinstance(data.media, Vectors):
        return 1.0
    train = train_of(data)
    x = train.grey(some_rows(len(train), LOOKED_AT))
    return round(float(x.square().mean().sqrt()), 4)
