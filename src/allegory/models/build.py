"""From a name and flat arguments to a model: what a saved model is rebuilt from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from torch import nn

from allegory.errors import UserError
from allegory.media import Images, Media, Pairs
from allegory.models.autoencoder import Autoencoder
from allegory.models.classifier import Classifier
from allegory.models.consistency import ConditionalConsistency, Consistency, Consistent
from allegory.models.debiasing import DebiasingVAE
from allegory.models.diffusion import ConditionalDenoiser, Denoiser, Denoising
from allegory.models.features import FeatureNetwork, reduced
from allegory.models.gan import GAN, Adversarial, ConditionalGAN
from allegory.models.likelihoods import Name, likelihood_for
from allegory.models.nets import (
    Size,
    decoder_for,
    denoising_network,
    encoder_for,
    full_pair,
    growing_pair,
    residual_translator,
    translating_unet,
)
from allegory.models.regressor import Regressor
from allegory.models.translation import CycleGAN, Pix2Pix
from allegory.models.vae import VAE
from allegory.networks.labelled import Labelled, Unlabelled
from allegory.networks.spectral import spectrally_normalised
from allegory.objectives.denoising import Formulation
from allegory.sampling.sampler import Sampler

__all__ = ["BUILDERS", "Blueprint", "build"]

LABEL = 32
"""Numbers that stand for a class."""


@dataclass(frozen=True)
class Blueprint:
    """All that a model is rebuilt from: its builder's name, its data, and plain arguments."""

    builder: str
    media: Media
    arguments: dict[str, Any]


def build(blueprint: Blueprint) -> nn.Module:
    """The model of a blueprint, with fresh weights.

    Raises:
        UserError: it works on single examples, and the data are pairs.
    """
    if isinstance(blueprint.media, Pairs) and blueprint.builder not in TRANSLATORS:
        raise UserError(
            "only recipes that translate, such as pix2pix and cyclegan, work on pairs."
        )
    return BUILDERS[blueprint.builder](blueprint.media, **blueprint.arguments)


def autoencoder(media: Media, *, latents: int, network: Size) -> Autoencoder:
    """An autoencoder with `latents` numbers in its code."""
    encoder = encoder_for(media, latents, network)
    return Autoencoder(encoder, decoder_for(media, latents, 1, network), latents, media)


def classifier(media: Media, *, label: str, classes: Sequence[str], network: Size) -> Classifier:
    """A classifier of these classes of a column."""
    return Classifier(encoder_for(media, len(classes), network), label, tuple(classes), media)


def regressor(
    media: Media,
    *,
    columns: Sequence[str],
    offset: Sequence[float],
    scale: Sequence[float],
    network: Size,
) -> Regressor:
    """A regressor of these columns, with their means and deviations."""
    encoder = encoder_for(media, len(columns), network)
    return Regressor(encoder, tuple(columns), tuple(offset), tuple(scale), media)


def vae(
    media: Media, *, latents: int, network: Size, likelihood: Name, deviation: float = 0.1
) -> VAE:
    """A variational autoencoder with `latents` latents."""
    p = likelihood_for(likelihood, media, deviation)
    encoder = encoder_for(media, 2 * latents, network)
    return VAE(encoder, decoder_for(media, latents, p.outputs, network), p, latents, media)


def dbvae(
    media: Media,
    *,
    label: str,
    classes: Sequence[str],
    positive: Sequence[str],
    latents: int,
    network: Size,
    likelihood: Name,
    deviation: float = 0.1,
) -> DebiasingVAE:
    """A classifier of these classes of a column, and a VAE of the positive ones."""
    p = likelihood_for(likelihood, media, deviation)
    return DebiasingVAE(
        encoder_for(media, len(classes) + 2 * latents, network),
        decoder_for(media, latents, p.outputs, network),
        p,
        latents,
        media,
        label=label,
        classes=tuple(classes),
        positive=tuple(positive),
    )


def gan(
    media: Media,
    *,
    latents: int,
    network: Size,
    paired: bool,
    classes: Sequence[str] = (),
    shares: Sequence[float] = (),
    growing: bool = False,
    spectral: bool = False,
) -> Adversarial:
    """A generator and its discriminator; with `classes`, of a class that is asked for.

    `shares` are those of the classes among samples of any class.
    `growing` networks are for pictures; vectors have no sizes to grow through. `spectral`
    normalises the discriminator's layers.
    """
    size = LABEL if classes else 0
    if growing and isinstance(media, Images):
        decoder, critic = growing_pair(media, latents + size, network, len(classes))
    else:
        decoder, critic = full_pair(media, latents + size, network, len(classes))
    generator = Labelled(decoder, len(classes), size) if classes else Unlabelled(decoder)
    if spectral:
        spectrally_normalised(critic)
    if not classes:
        return GAN(generator, critic, latents, media, paired=paired)
    return ConditionalGAN(
        generator, critic, latents, media, tuple(classes), tuple(shares), paired=paired
    )


def diffusion(
    media: Media,
    *,
    network: Size,
    formulation: Formulation,
    spread: float,
    classes: Sequence[str],
    shares: Sequence[float],
    solver: str,
    steps: int,
    guidance: float,
) -> Denoising:
    """A denoiser, and how samples are drawn; with `classes`, of a class that is asked for."""
    sampler = Sampler(solver, steps, guidance)
    net = denoising_network(media, network, len(classes))
    if not classes:
        return Denoiser(net, media, formulation=formulation, spread=spread, sampler=sampler)
    return ConditionalDenoiser(
        net,
        media,
        formulation=formulation,
        spread=spread,
        sampler=sampler,
        classes=tuple(classes),
        shares=tuple(shares),
    )


def consistency(
    media: Media,
    *,
    network: Size,
    formulation: Formulation,
    spread: float,
    classes: Sequence[str],
    shares: Sequence[float],
    steps: int,
) -> Consistent:
    """A model that takes noise off in so many steps; with `classes`, of one that is asked for."""
    net = denoising_network(media, network, len(classes))
    if not classes:
        return Consistency(net, media, formulation=formulation, spread=spread, steps=steps)
    return ConditionalConsistency(
        net,
        media,
        formulation=formulation,
        spread=spread,
        steps=steps,
        classes=tuple(classes),
        shares=tuple(shares),
    )


def features(media: Media, *, latents: int, network: Size) -> FeatureNetwork:
    """A feature network of `latents` features."""
    return FeatureNetwork(encoder_for(reduced(media), latents, network), latents, media)


def pix2pix(media: Pairs, *, network: Size, reverse: bool) -> Pix2Pix:
    """A translator from the first picture of a pair to the second, or in `reverse`."""
    ends = (media.b, media.a) if reverse else (media.a, media.b)
    return Pix2Pix(translating_unet(*ends, network), media, reverse=reverse)


def cyclegan(media: Pairs, *, network: Size) -> CycleGAN:
    """Translators both ways."""
    a, b = media.a, media.b
    return CycleGAN(residual_translator(a, b, network), residual_translator(b, a, network), media)


TRANSLATORS = ("cyclegan", "pix2pix")

BUILDERS: dict[str, Callable[..., nn.Module]] = {
    "autoencoder": autoencoder,
    "classifier": classifier,
    "cyclegan": cyclegan,
    "consistency": consistency,
    "dbvae": dbvae,
    "diffusion": diffusion,
    "features": features,
    "gan": gan,
    "pix2pix": pix2pix,
    "regressor": regressor,
    "vae": vae,
}
