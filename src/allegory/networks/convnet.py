"""A small residual convnet and its mirror image, for pictures of any size."""

import math
from itertools import pairwise
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["ConvDecoder", "ConvEncoder", "ConvGenerator", "keep_variance", "side_lengths"]

Layer = TypeVar("Layer", nn.Conv2d, nn.Linear)


def side_lengths(height: int, width: int, smallest: int = 4) -> list[tuple[int, int]]:
    """Sizes of the levels of a pyramid: each halves the one before, rounding up.

    Ends when the shorter side is at most `smallest`: (64, 64), (32, 32), …, (4, 4).
    """
    sizes = [(height, width)]
    while min(sizes[-1]) > smallest:
        h, w = sizes[-1]
        sizes.append(((h + 1) // 2, (w + 1) // 2))
    return sizes


class Block(nn.Module):
    """A residual bottleneck without normalisation: 1x1, 3x3 and 1x1 convolutions.

    The last one starts at 0, so that a deep stack starts as the identity and needs no
    normalisation: Zhang et al. (2019), "Fixup initialization"; the shape is that of Child (2021),
    "Very deep VAEs", figure 3.
    """

    def __init__(self, channels: int, hidden: int, style: int = 0) -> None:
        """With a `style` of so many numbers, they scale and shift the hidden channels.

        Perez et al. (2018), "FiLM: visual reasoning with a general conditioning layer".
        """
        super().__init__()
        self.enter = keep_variance(nn.Conv2d(channels, hidden, 1))
        self.mix = keep_variance(nn.Conv2d(hidden, hidden, 3, padding=1))
        self.leave = nn.Conv2d(hidden, channels, 1)
        nn.init.zeros_(self.leave.weight)
        self.style = nn.Linear(style, 2 * hidden) if style else None

    def forward(self, x: Tensor, style: Tensor | None = None) -> Tensor:
        """Map x (n, channels, h, w), with a style (n, numbers), to the same shape."""
        y = self.enter(F.silu(x))
        if self.style is not None:
            scale, shift = self.style(style)[:, :, None, None].chunk(2, dim=1)
            y = y * (1.0 + scale) + shift
        y = self.mix(F.silu(y))
        out: Tensor = x + self.leave(F.silu(y))
        return out


class ConvEncoder(nn.Module):
    """Pictures (n, channels, height, width) to features (n, outputs).

    The picture is first folded 2x2 into channels, which loses nothing and saves the
    convolutions at full resolution, the slowest on any machine. Each further level halves the
    sides and doubles the channels up to 8 times `width`.
    """

    def __init__(
        self, channels: int, height: int, width: int, outputs: int, *, features: int, blocks: int
    ) -> None:
        super().__init__()
        self.sizes = side_lengths((height + 1) // 2, (width + 1) // 2)
        widths = level_widths(features, len(self.sizes))
        self.pad = (0, width % 2, 0, height % 2)
        self.stem = nn.Conv2d(4 * channels, widths[0], 3, padding=1)
        self.down = nn.ModuleList(
            keep_variance(nn.Conv2d(a, b, 3, stride=2, padding=1)) for a, b in pairwise(widths)
        )
        self.blocks = nn.ModuleList(
            nn.Sequential(*(Block(w, w // 2) for _ in range(blocks))) for w in widths[1:]
        )
        h, w = self.sizes[-1]
        self.head = nn.Linear(widths[-1] * h * w, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Encode x (n, channels, height, width) in [-1, 1]."""
        if any(self.pad):
            x = F.pad(x, self.pad, mode="replicate")
        x = self.stem(F.pixel_unshuffle(x, 2))
        for down, blocks in zip(self.down, self.blocks, strict=True):
            x = blocks(down(F.silu(x)))
        # the same order of features however the tensor lies in memory
        out: Tensor = self.head(F.silu(x).contiguous().flatten(1))
        return out


class ConvDecoder(nn.Module):
    """Codes (n, inputs) to pictures (n, channels, height, width): ConvEncoder backwards."""

    def __init__(
        self, inputs: int, channels: int, height: int, width: int, *, features: int, blocks: int
    ) -> None:
        super().__init__()
        self.height, self.width = height, width
        self.sizes = side_lengths((height + 1) // 2, (width + 1) // 2)[::-1]
        widths = level_widths(features, len(self.sizes))[::-1]
        h, w = self.sizes[0]
        self.shape = (widths[0], h, w)
        self.root = nn.Linear(inputs, widths[0] * h * w)
        self.blocks = nn.ModuleList(
            nn.Sequential(*(Block(w, w // 2) for _ in range(blocks))) for w in widths[:-1]
        )
        self.up = nn.ModuleList(
            keep_variance(nn.Conv2d(a, 4 * b, 3, padding=1)) for a, b in pairwise(widths)
        )
        self.leaf = nn.Conv2d(widths[-1], 4 * channels, 3, padding=1)

    def forward(self, z: Tensor) -> Tensor:
        """Decode z (n, inputs) to unbounded values, (n, channels, height, width)."""
        x = self.root(z).unflatten(1, self.shape)
        if self.leaf.weight.is_contiguous(memory_format=torch.channels_last):
            x = x.contiguous(memory_format=torch.channels_last)
        levels = zip(self.blocks, self.up, self.sizes[1:], strict=True)
        for blocks, up, (h, w) in levels:
            x = F.pixel_shuffle(up(F.silu(blocks(x))), 2)[:, :, :h, :w]
        x = F.pixel_shuffle(self.leaf(F.silu(x)), 2)
        return x[:, :, : self.height, : self.width]


class ConvGenerator(nn.Module):
    """Codes (n, inputs) to pictures (n, channels, height, width), for a critic's eyes.

    The code is the style of every residual block, at every size. The picture is a sum over sizes,
    of which the coarse ones are learned first: Karras et al. (2020), "Analyzing and improving the
    image quality of StyleGAN", figure 7b. Sides are doubled by interpolation, and spatial
    convolutions follow at every size, the full one too: a critic finds the checkerboard that a
    pixel shuffle, or repeated values, start with, and a generator does not get rid of it. Odena et
    al. (2016), "Deconvolution and checkerboard artifacts".
    """

    def __init__(
        self, inputs: int, channels: int, height: int, width: int, *, features: int, blocks: int
    ) -> None:
        super().__init__()
        self.channels = channels
        self.sizes = side_lengths(height, width)[::-1]
        widths = [features // 2, *level_widths(features, len(self.sizes) - 1)][::-1]
        self.shape = (widths[0], *self.sizes[0])
        self.root = nn.Linear(inputs, math.prod(self.shape))
        self.blocks = nn.ModuleList(
            nn.ModuleList(Block(w, w, inputs) for _ in range(blocks)) for w in widths
        )
        self.up = nn.ModuleList(nn.Conv2d(a, b, 1) for a, b in pairwise(widths))
        self.leaves = nn.ModuleList(nn.Conv2d(w, channels, 1) for w in widths)

    def forward(self, z: Tensor) -> Tensor:
        """Decode z (n, inputs) to unbounded values, (n, channels, height, width)."""
        x = self.root(z).unflatten(1, self.shape)
        weight: Tensor = self.leaves[0].weight  # type: ignore[assignment]
        if weight.is_contiguous(memory_format=torch.channels_last):
            x = x.contiguous(memory_format=torch.channels_last)
        picture: Tensor = x.new_zeros(x.shape[0], self.channels, *self.sizes[0])
        levels = zip(self.blocks, self.leaves, self.sizes, strict=True)
        for level, (blocks, leaf, (h, w)) in enumerate(levels):
            if level:
                x = enlarged(self.up[level - 1](x))[:, :, :h, :w]
                picture = enlarged(picture)[:, :, :h, :w]
            for block in blocks:  # type: ignore[attr-defined]
                x = block(x, z)
            picture = leaf(F.silu(x)) + picture
        return picture


def doubled(x: Tensor) -> Tensor:
    """Twice the sides of x (n, c, h, w): each value becomes a block."""
    return F.interpolate(x, scale_factor=2, mode="nearest")


def enlarged(x: Tensor) -> Tensor:
    """Twice the sides of x (n, c, h, w), with values between in between."""
    return F.interpolate(x, scale_factor=2, mode="bilinear")


def keep_variance(layer: Layer) -> Layer:
    """Initialise a layer behind a SiLU so that its output has the variance of the SiLU's input.

    He et al. (2015), "Delving deep into rectifiers", equation 10, with E[silu(x)²] = 0.3557 for
    x ~ N(0, 1) where theirs has ½ for the rectifier.
    """
    fan_in = layer.weight[0].numel()
    nn.init.normal_(layer.weight, std=(0.3557 * fan_in) ** -0.5)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


def level_widths(features: int, levels: int) -> list[int]:
    """Channels of each level: doubling, up to 8 times the first."""
    return [features * min(2**level, 8) for level in range(levels)]
