"""The recipes: name -> a function that returns a run."""

from collections.abc import Callable

from allegory.data.settings import DataSettings
from allegory.errors import unknown
from allegory.recipes.autoencoder import AutoencoderSettings
from allegory.recipes.settings import Run
from allegory.recipes.vae import VAESettings
from allegory.training.settings import TrainingSettings

__all__ = ["RECIPES", "recipe"]


def autoencoder() -> Run:
    """A code for each example, and the example back from its code."""
    return Run(
        recipe="autoencoder",
        data=DataSettings(),
        game=AutoencoderSettings(),
        training=TrainingSettings(),
    )


def vae() -> Run:
    """A variational autoencoder: codes, new examples, and a bound on the likelihood."""
    return Run(recipe="vae", data=DataSettings(), game=VAESettings(), training=TrainingSettings())


def beta_vae() -> Run:
    """A VAE whose latents are pressed to be few and separate."""
    return Run(
        recipe="beta-vae",
        data=DataSettings(),
        game=VAESettings(beta="auto"),
        training=TrainingSettings(),
    )


RECIPES: dict[str, Callable[[], Run]] = {
    "autoencoder": autoencoder,
    "vae": vae,
    "beta-vae": beta_vae,
}


def recipe(name: str) -> Run:
    """The run of this name.

    Raises:
        UserError: there is none; names the nearest.
    """
    if name not in RECIPES:
        raise unknown("recipe", name, RECIPES)
    return RECIPES[name]()
