"""From a name and flat arguments to a model: what a saved model is rebuilt from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from torch import nn

from allegory.errors import UserError
from allegory.media import Images, Media, Pairs, Vectors
from allegory.models.autoencoder import Autoencoder
from allegory.models.classifier import Classifier
from allegory.models.consistency import ConditionalConsistency, Consistency, Consistent
from allegory.models.debiasing import DebiasingVAE
from allegory.models.diffusion import ConditionalDenoiser, Denoiser, Denoising
from allegory.models.features import FeatureNetwork, reduced
from allegory.models.gan import GAN, Adversarial, ConditionalGAN
from allegory.models.likelihoods import Name, likelihood_for
from allegory.models.regressor import Regressor
from allegory.models.translation import CycleGAN, Pix2Pix
from allegory.models.vae import VAE
from allegory.networks.convnet import ConvDecoder, ConvEncoder, ConvGenerator, keep_variance
from allegory.networks.critic import Critic
from allegory.networks.denoising import DenoisingMLP, DenoisingUNet
from allegory.networks.equalised import EqualisedLinear
from allegory.networks.growing import GROUP, Growing, GrowingCritic, GrowingGenerator
from allegory.networks.labelled import Labelled, Unlabelled
from allegory.networks.mlp import MLP, Carried, Standardise, Unstandardise
from allegory.networks.spectral import spectrally_normalised
from allegory.networks.translating import PatchCritic, ResidualTranslator, UNet, reach
from allegory.objectives.denoising import Formulation
from allegory.sampling.sampler import Sampler

__all__ = ["BUILDERS", "Blueprint", "Size", "build", "patch_critic"]

Size = Literal["tiny", "small", "base"]

CONVNETS: dict[Size, tuple[int, int]] = {"tiny": (16, 1), "small": (32, 1), "base": (64, 2)}
"""Features at the first level, and residual blocks a level."""

UNETS: dict[Size, tuple[int, int]] = {"tiny": (16, 1), "small": (48, 1), "base": (96, 2)}
"""The same of networks that denoise."""

MLPS: dict[Size, tuple[int, int]] = {"tiny": (64, 2), "small": (256, 2), "base": (512, 3)}
"""Hidden units, and hidden layers."""

DEEPER = 2
"""More hidden layers, where noise has to be torn apart: steep functions are deep."""

LABEL = 32
"""Numbers that stand for a class."""
RESIDUAL: dict[Size, int] = {"tiny": 3, "small": 6, "base": 9}
"""Residual blocks of a translator."""
JUDGED = 128
"""Numbers that a discriminator sees of an example."""


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


def full_pair(media: Media, inputs: int, network: Size, classes: int) -> tuple[nn.Module, Critic]:
    """A generator and its discriminator that see examples at their full size from the start."""
    if not isinstance(media, Vectors):
        body = nn.Sequential(encoder_for(media, JUDGED, network), nn.SiLU())
        features, blocks = CONVNETS[network]
        c, h, w = media.shape
        generator = ConvGenerator(inputs, c, h, w, features=features, blocks=blocks)
        return generator, Critic(body, JUDGED, classes)
    hidden, layers = MLPS[network]
    sizes = [hidden] * (layers + DEEPER)
    seen, way = MLP(*media.shape, *sizes, JUDGED), MLP(inputs, *sizes, *media.shape)
    for layer in (*seen.layers, *way.layers):
        keep_variance(layer)
    body = nn.Sequential(Standardise(media.offset, media.scale), seen, nn.SiLU())
    place = Unstandardise(media.offset, media.scale)
    return nn.Sequential(Carried(way), place), Critic(body, JUDGED, classes)


def growing_pair(
    media: Images, inputs: int, network: Size, classes: int
) -> tuple[nn.Module, Critic]:
    """A generator and its discriminator that grow to the full size of pictures."""
    features, _ = CONVNETS[network]
    channels, height, width = media.shape
    generator = Growing(GrowingGenerator(inputs, channels, height, width, features=features))
    body = Growing(GrowingCritic(channels, height, width, JUDGED, features=features))
    head = EqualisedLinear(JUDGED, 1, gain=1)
    return generator, Critic(body, JUDGED, classes, head, group=GROUP)


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


def denoising_network(media: Media, network: Size, classes: int) -> nn.Module:
    """A network from examples in noise to what is asked of them."""
    if isinstance(media, Images):
        features, blocks = UNETS[network]
        c, h, w = media.shape
        return DenoisingUNet(c, h, w, features=features, blocks=blocks, classes=classes)
    hidden, layers = MLPS[network]
    return DenoisingMLP(*media.shape, *[hidden] * (layers + DEEPER), classes=classes)


def features(media: Media, *, latents: int, network: Size) -> FeatureNetwork:
    """A feature network of `latents` features."""
    return FeatureNetwork(encoder_for(reduced(media), latents, network), latents, media)


def pix2pix(media: Pairs, *, network: Size, reverse: bool) -> Pix2Pix:
    """A translator from the first picture of a pair to the second, or in `reverse`."""
    ends = (media.b, media.a) if reverse else (media.a, media.b)
    features, _ = CONVNETS[network]
    side = min(media.height, media.width)
    # the innermost level is of 4 or more pixels, and there are 3 to 6 levels
    levels = max(3, min(6, side.bit_length() - 3))
    unet = UNet(*(end.channels for end in ends), features=features, levels=levels)
    return Pix2Pix(unet, media, reverse=reverse)


def cyclegan(media: Pairs, *, network: Size) -> CycleGAN:
    """Translators both ways."""
    features, _ = CONVNETS[network]
    a, b, blocks = media.a.channels, media.b.channels, RESIDUAL[network]
    return CycleGAN(
        ResidualTranslator(a, b, features=features, blocks=blocks),
        ResidualTranslator(b, a, features=features, blocks=blocks),
        media,
    )


def patch_critic(media: Pairs, channels: int, network: Size) -> PatchCritic:
    """A critic of patches that suit the size of pictures."""
    features, _ = CONVNETS[network]
    return PatchCritic(channels, features=features, levels=reach(media.height, media.width))


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


def encoder_for(media: Media, outputs: int, network: Size) -> nn.Module:
    """A network from examples to (n, outputs)."""
    if not isinstance(media, Vectors):
        features, blocks = CONVNETS[network]
        channels, height, width = media.shape
        return ConvEncoder(channels, height, width, outputs, features=features, blocks=blocks)
    hidden, layers = MLPS[network]
    mlp = MLP(*media.shape, *[hidden] * layers, outputs)
    return nn.Sequential(Standardise(media.offset, media.scale), mlp)


def decoder_for(media: Media, inputs: int, per_value: int, network: Size) -> nn.Module:
    """A network from codes (n, inputs) to `per_value` numbers for each value of an example."""
    if not isinstance(media, Vectors):
        features, blocks = CONVNETS[network]
        channels, height, width = media.shape
        return ConvDecoder(
            inputs,
            per_value * channels,
            height,
            width,
            features=features,
            blocks=blocks,
        )
    hidden, layers = MLPS[network]
    mlp = MLP(inputs, *[hidden] * layers, per_value * media.shape[0])
    rest = (per_value - 1) * media.shape[0]  # spreads, which have no offset
    offset, scale = media.offset + (0.0,) * rest, media.scale + (1.0,) * rest
    return nn.Sequential(mlp, Unstandardise(offset, scale))
