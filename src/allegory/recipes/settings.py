"""A run as a value: everything that a run is rebuilt from, and how it is read and written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Self

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from allegory.data.settings import DataSettings
from allegory.errors import UserError, nearest
from allegory.files import atomic, read_toml
from allegory.recipes.autoencoder import AutoencoderSettings
from allegory.recipes.classifier import (
    ClassifierSettings,
    ReweightingSettings,
    UpweightingSettings,
)
from allegory.recipes.debiasing import DebiasingSettings
from allegory.recipes.diffusion import ConsistencySettings, DiffusionSettings
from allegory.recipes.disentangle import BetaTCVAESettings, FactorVAESettings
from allegory.recipes.features import FeaturesSettings
from allegory.recipes.gan import GANSettings
from allegory.recipes.regressor import RegressorSettings
from allegory.recipes.translation import CycleGANSettings, Pix2PixSettings
from allegory.recipes.vae import VAESettings
from allegory.training.settings import TrainingSettings

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["STAGES", "Run", "change", "field_names", "read_run", "validated", "write_run"]

GameSettings = Annotated[
    AutoencoderSettings
    | BetaTCVAESettings
    | ClassifierSettings
    | CycleGANSettings
    | ConsistencySettings
    | DebiasingSettings
    | DiffusionSettings
    | FactorVAESettings
    | FeaturesSettings
    | GANSettings
    | Pix2PixSettings
    | RegressorSettings
    | ReweightingSettings
    | UpweightingSettings
    | VAESettings,
    Field(discriminator="kind"),
]


STAGES = {
    "growth_images": "pictures would not grow to their full size",
    "first_images": "the second stage would not begin",
}
"""Settings of games that say when, in images, something has ended; and what else were lost."""


class Run(BaseModel):
    """A named run: data, game and training."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipe: str
    """Name of the recipe that it began as."""
    data: DataSettings
    game: GameSettings
    training: TrainingSettings

    @model_validator(mode="after")
    def stages_fit_the_run(self) -> Self:
        """Refuse a run that ends before its last stage."""
        total, batch = self.training.images, self.training.batch
        ends = {"first_images": (total - 1) // batch * batch}  # its last round begins the stage
        for name, lost in STAGES.items():
            images, most = getattr(self.game, name, None) or 0, ends.get(name, total)
            if images > most:
                raise UserError(
                    f"{lost}: {name} {images:,} is more than {most:,}, the most that a run of "
                    f"{total:,} images in batches of {batch:,} has room for. Give less of it, or "
                    "more images."
                )
        return self


PARTS = ("data", "game", "training")


def field_names(run: Run) -> dict[str, str]:
    """Every field of a run, name -> the part that has it; names are unique over the parts."""
    return {
        name: part
        for part in PARTS
        for name in type(getattr(run, part)).model_fields
        if name != "kind"
    }


def change(run: Run, fields: dict[str, Any]) -> Run:
    """The run with these fields changed, by name.

    Raises:
        UserError: no such field (with the nearest), or a value out of its range.
    """
    known = field_names(run)
    values = run.model_dump()
    for name, value in fields.items():
        if name not in known:
            like = nearest(name, known)
            hint = f"did you mean '{like}'?" if like else f"it has: {', '.join(sorted(known))}."
            raise UserError(f"the recipe '{run.recipe}' has no field '{name}': {hint}")
        values[known[name]][name] = value
    return validated(values, f"the recipe '{run.recipe}'")


def validated(values: dict[str, Any], where: str) -> Run:
    """The run of these values.

    Raises:
        UserError: what is wrong with the first of them, in a sentence.
    """
    try:
        return Run.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        fields = {name for part in PARTS for name in values.get(part, {})}
        names = [str(p) for p in first["loc"]]
        name = next((n for n in names if n in fields), names[-1] if names else "run")
        given = f" (given: {first['input']!r})" if not isinstance(first["input"], dict) else ""
        message = first["msg"][0].lower() + first["msg"][1:]
        raise UserError(f"{where}: '{name}': {message}{given}.") from None


def write_run(run: Run, path: Path) -> None:
    """Write a run as TOML."""
    with atomic(path) as file:
        tomli_w.dump(run.model_dump(exclude_none=True), file)


def read_run(path: Path) -> Run:
    """Read a run from TOML.

    Raises:
        UserError: there is no such file, or it does not hold a run.
    """
    return validated(read_toml(path), str(path))
