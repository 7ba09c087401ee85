"""The recipes: name -> a function that returns a run."""

from collections.abc import Callable

from allegory.data.settings import DataSettings
from allegory.errors import unknown
from allegory.recipes.autoencoder import AutoencoderSettings
from allegory.recipes.diffusion import ConsistencySettings, DiffusionSettings
from allegory.recipes.disentangle import BetaTCVAESettings, FactorVAESettings
from allegory.recipes.gan import GANSettings
from allegory.recipes.readers import afr, classifier, dbvae, features, jtt, regressor
from allegory.recipes.settings import Run
from allegory.recipes.translation import CycleGANSettings, Pix2PixSettings
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
        game=VAESettings(likelihood="gaussian-fixed", deviation="auto", beta=16.0),
        training=TrainingSettings(),
    )


def annealed_vae() -> Run:
    """A beta-VAE whose latents may hold more and more, one after the other."""
    return Run(
        recipe="annealed-vae",
        data=DataSettings(),
        game=VAESettings(
            latents=10,
            likelihood="gaussian-fixed",
            deviation="auto",
            beta=1000.0,
            capacity=25.0,
            capacity_images=150_000,
        ),
        training=TrainingSettings(batch=64),
    )


def beta_tcvae() -> Run:
    """A VAE that pays for the total correlation of its latents."""
    return Run(
        recipe="beta-tcvae",
        data=DataSettings(),
        game=BetaTCVAESettings(latents=10, likelihood="gaussian-fixed", deviation="auto"),
        training=TrainingSettings(batch=64),
    )


def factor_vae() -> Run:
    """A VAE against a discriminator that looks for dependent latents."""
    return Run(
        recipe="factor-vae",
        data=DataSettings(),
        game=FactorVAESettings(latents=10, likelihood="gaussian-fixed", deviation="auto"),
        training=TrainingSettings(batch=64),
    )


def gan() -> Run:
    """A generator against a discriminator: sharp new examples."""
    return Run(
        recipe="gan",
        data=DataSettings(),
        game=GANSettings(r1=1.0, r2=1.0, penalty_every=4),
        training=TrainingSettings(beta1=0.0, beta2=0.99),
    )


def wgan_gp() -> Run:
    """A GAN that minimises the Wasserstein distance, with a gradient penalty."""
    return Run(
        recipe="wgan-gp",
        data=DataSettings(),
        game=GANSettings(loss="wasserstein", gradient_penalty=10.0, turns=5),
        training=TrainingSettings(images=500_000, lr=5e-4, batch=64, beta1=0.0, beta2=0.9),
    )


def cgan() -> Run:
    """A GAN that generates the class that is asked for."""
    return Run(
        recipe="cgan",
        data=DataSettings(),
        game=GANSettings(r1=1.0, r2=1.0, penalty_every=4, label="label"),
        training=TrainingSettings(beta1=0.0, beta2=0.99),
    )


def progressive() -> Run:
    """A GAN whose pictures grow from coarse to fine while it trains."""
    return Run(
        recipe="progressive",
        data=DataSettings(),
        game=GANSettings(r1=1.0, r2=1.0, penalty_every=4, growth_images=100_000),
        training=TrainingSettings(lr=1e-3, beta1=0.0, beta2=0.99),
    )


def gan_toy() -> Run:
    """A GAN on points: noise that is carried to where the data are."""
    return Run(
        recipe="gan-toy",
        data=DataSettings(source="ring"),
        game=GANSettings(latents=2, network="tiny", r1=0.03, r2=0.03, penalty_half_life=800_000),
        training=TrainingSettings(
            images=6_000_000,
            lr=8e-3,
            batch=256,
            beta1=0.0,
            beta2=0.99,
            half_life=50_000,
            evaluations=50,
        ),
    )


def pix2pix() -> Run:
    """Pictures translated by the example of pairs."""
    return Run(
        recipe="pix2pix",
        data=DataSettings(source="towns", pairing="matched", flip=True),
        game=Pix2PixSettings(network="tiny"),
        training=TrainingSettings(
            images=100_000, batch=8, lr=5e-4, beta1=0.5, beta2=0.99, half_life=2_000
        ),
    )


def diffusion() -> Run:
    """A diffusion model: new examples by taking noise off step by step."""
    return Run(
        recipe="diffusion",
        data=DataSettings(),
        game=DiffusionSettings(),
        training=TrainingSettings(batch=32, lr=2e-3, beta2=0.99, half_life=10_000),
    )


def diffusion_toy() -> Run:
    """A diffusion model of points, whose density is exact."""
    return Run(
        recipe="diffusion-toy",
        data=DataSettings(source="moons"),
        game=DiffusionSettings(noise_mean=-1.5, noise_deviation=2.0, steps=32),
        training=TrainingSettings(
            images=3_000_000, batch=256, lr=4e-3, beta2=0.99, half_life=50_000
        ),
    )


def cyclegan() -> Run:
    """Pictures translated between two piles, without pairs."""
    return Run(
        recipe="cyclegan",
        data=DataSettings(source="towns", pairing="shuffled", flip=True),
        game=CycleGANSettings(network="tiny"),
        training=TrainingSettings(
            images=60_000, batch=2, lr=5e-4, beta1=0.5, beta2=0.99, half_life=2_000
        ),
    )


def diffusion_fast() -> Run:
    """A diffusion model that then learns to take off all noise in two steps."""
    return Run(
        recipe="diffusion-fast",
        data=DataSettings(),
        game=ConsistencySettings(),
        training=TrainingSettings(batch=32, lr=1e-3, beta1=0.5, beta2=0.99, half_life=10_000),
    )


def diffusion_64() -> Run:
    """A diffusion model of larger pictures, for a GPU."""
    return Run(
        recipe="diffusion-64",
        data=DataSettings(),
        game=DiffusionSettings(network="base"),
        training=TrainingSettings(
            images=10_000_000, batch=256, lr=2e-3, beta2=0.99, half_life=500_000
        ),
    )


def cyclegan_voices() -> Run:
    """A voice turned into another, without pairs: the same words, said by someone else."""
    return Run(
        recipe="cyclegan-voices",
        data=DataSettings(source="voices", pairing="shuffled"),
        game=CycleGANSettings(network="tiny"),
        training=TrainingSettings(
            images=30_000, batch=2, lr=5e-4, beta1=0.5, beta2=0.99, half_life=2_000
        ),
    )


RECIPES: dict[str, Callable[[], Run]] = {
    "autoencoder": autoencoder,
    "vae": vae,
    "beta-vae": beta_vae,
    "annealed-vae": annealed_vae,
    "beta-tcvae": beta_tcvae,
    "factor-vae": factor_vae,
    "gan": gan,
    "wgan-gp": wgan_gp,
    "cgan": cgan,
    "progressive": progressive,
    "gan-toy": gan_toy,
    "pix2pix": pix2pix,
    "cyclegan": cyclegan,
    "cyclegan-voices": cyclegan_voices,
    "diffusion": diffusion,
    "diffusion-toy": diffusion_toy,
    "diffusion-fast": diffusion_fast,
    "diffusion-64": diffusion_64,
    "features": features,
    "regressor": regressor,
    "classifier": classifier,
    "dbvae": dbvae,
    "jtt": jtt,
    "afr": afr,
}


def recipe(name: str) -> Run:
    """The run of this name.

    Raises:
        UserError: there is none; names the nearest.
    """
    if name not in RECIPES:
        raise unknown("recipe", name, RECIPES)
    return RECIPES[name]()
