"""The networks that suit the data, at a size that a word asks for."""

from typing import Literal

from torch import nn

from allegory.media import Images, Media, Pairs, Vectors
from allegory.networks.convnet import ConvDecoder, ConvEncoder, ConvGenerator, keep_variance
from allegory.networks.critic import Critic
from allegory.networks.denoising import DenoisingMLP, DenoisingUNet
from allegory.networks.equalised import EqualisedLinear
from allegory.networks.growing import GROUP, Growing, GrowingCritic, GrowingGenerator
from allegory.networks.mlp import MLP, Carried, Standardise, Unstandardise
from allegory.networks.translating import PatchCritic, ResidualTranslator, UNet, reach

__all__ = [
    "Size",
    "decoder_for",
    "denoising_network",
    "encoder_for",
    "full_pair",
    "growing_pair",
    "patch_critic",
    "residual_translator",
    "translating_unet",
]

Size = Literal["tiny", "small", "base"]

CONVNETS: dict[Size, tuple[int, int]] = {"tiny": (16, 1), "small": (32, 1), "base": (64, 2)}
"""Features at the first level, and residual blocks a level."""

UNETS: dict[Size, tuple[int, int]] = {"tiny": (16, 1), "small": (48, 1), "base": (96, 2)}
"""The same of networks that denoise."""

MLPS: dict[Size, tuple[int, int]] = {"tiny": (64, 2), "small": (256, 2), "base": (512, 3)}
"""Hidden units, and hidden layers."""

DEEPER = 2
"""More hidden layers, where noise has to be torn apart: steep functions are deep."""

RESIDUAL: dict[Size, int] = {"tiny": 3, "small": 6, "base": 9}
"""Residual blocks of a translator."""
JUDGED = 128
"""Numbers that a discriminator sees of an example."""


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


def denoising_network(media: Media, network: Size, classes: int) -> nn.Module:
    """A network from examples in noise to what is asked of them."""
    if isinstance(media, Images):
        features, blocks = UNETS[network]
        c, h, w = media.shape
        return DenoisingUNet(c, h, w, features=features, blocks=blocks, classes=classes)
    hidden, layers = MLPS[network]
    return DenoisingMLP(*media.shape, *[hidden] * (layers + DEEPER), classes=classes)


def translating_unet(source: Images, target: Images, network: Size) -> UNet:
    """A network from pictures of one domain to those of another, as large, that show the same."""
    features, _ = CONVNETS[network]
    side = min(source.height, source.width)
    # the innermost level is of 4 or more pixels, and there are 3 to 6 levels
    levels = max(3, min(6, side.bit_length() - 3))
    return UNet(source.channels, target.channels, features=features, levels=levels)


def residual_translator(source: Images, target: Images, network: Size) -> ResidualTranslator:
    """The same, by what is to be changed."""
    features, _ = CONVNETS[network]
    blocks = RESIDUAL[network]
    return ResidualTranslator(source.channels, target.channels, features=features, blocks=blocks)


def patch_critic(media: Pairs, channels: int, network: Size) -> PatchCritic:
    """A critic of patches that suit the size of pictures."""
    features, _ = CONVNETS[network]
    return PatchCritic(channels, features=features, levels=reach(media.height, media.width))
