"""Networks from pictures to pictures of the same size, and a critic of their patches."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from allegory.networks.convnet import doubled, keep_variance

__all__ = ["PatchCritic", "ResidualTranslator", "UNet", "reach"]

Uniform = Callable[..., Tensor]
"""Shape of an example -> numbers in [0, 1), (n, *shape)."""

DROPPED = 0.5
"""Share of channels' values that noise takes away."""
NOISY = 3
"""Innermost levels that noise acts on."""


class UNet(nn.Module):
    """Pictures (n, a, h, w) to pictures (n, b, h, w), what is lost on the way down led across.

    Ronneberger et al. (2015), "U-Net", in the form of Isola et al. (2017), "Image-to-image
    translation with conditional adversarial networks", appendix 6.1.1, with each norm that of an
    example, and sides doubled before a convolution, which leaves no checkerboard. The picture
    itself is led across as well.
    """

    def __init__(self, inputs: int, outputs: int, *, features: int, levels: int) -> None:
        """With `features` channels at half the sides, and `levels` halvings in all."""
        super().__init__()
        widths = [features * min(2**level, 8) for level in range(levels)]
        self.levels = levels
        self.stem = nn.Conv2d(inputs, widths[0], 4, stride=2, padding=1)
        self.down = nn.ModuleList(
            keep_variance(nn.Conv2d(a, b, 4, stride=2, padding=1)) for a, b in pairwise(widths)
        )
        self.down_norms = nn.ModuleList(InstanceNorm(width) for width in widths[1:])
        above = [width if level == levels - 1 else 2 * width for level, width in enumerate(widths)]
        self.up = nn.ModuleList(
            keep_variance(nn.Conv2d(above[level], widths[level - 1], 3, padding=1))
            for level in range(levels - 1, 0, -1)
        )
        self.up_norms = nn.ModuleList(InstanceNorm(width) for width in widths[-2::-1])
        self.fine = keep_variance(nn.Conv2d(above[0] + inputs, features, 3, padding=1))
        self.leaf = nn.Conv2d(features, outputs, 3, padding=1)

    def forward(self, x: Tensor, uniform: Uniform | None = None) -> Tensor:
        """Translate x (n, inputs, h, w) in [-1, 1] to the same range; any h and w.

        Args:
            x: pictures.
            uniform: draws the noise, which takes away values of the innermost levels; None: none.
        """
        height, width = x.shape[2:]
        x = padded(x, 2**self.levels)
        across, y = [], self.stem(x)
        for conv, norm_ in zip(self.down, self.down_norms, strict=True):
            across.append(y)
            y = norm_(conv(F.leaky_relu(y, 0.2)))
        for k, (conv, norm_) in enumerate(zip(self.up, self.up_norms, strict=True)):
            y = norm_(conv(doubled(F.silu(y))))
            if uniform is not None and k < NOISY:
                kept = uniform(*y.shape[1:]) >= DROPPED
                y = y * kept.to(y.dtype) / (1.0 - DROPPED)
            y = torch.cat([y, across.pop()], dim=1)
        y = self.fine(torch.cat([doubled(F.silu(y)), x.to(y.dtype)], dim=1))
        out: Tensor = torch.tanh(self.leaf(F.silu(y)).float())
        return out[:, :, :height, :width]


class ResidualTranslator(nn.Module):
    """Pictures (n, a, h, w) to pictures (n, b, h, w), by changes at a fourth of the sides.

    Johnson et al. (2016), "Perceptual losses for real-time style transfer", as Zhu et al. (2017),
    "Unpaired image-to-image translation using cycle-consistent adversarial networks", use it. Here
    the picture is folded 2x2 into channels at first, and the last layer sees it beside what the
    others made: convolutions of many channels at full size are most of the cost.
    """

    def __init__(self, inputs: int, outputs: int, *, features: int, blocks: int) -> None:
        super().__init__()
        f = features
        self.stem = nn.Conv2d(4 * inputs, 2 * f, 3, padding=1)
        self.down = keep_variance(nn.Conv2d(2 * f, 4 * f, 3, stride=2, padding=1))
        self.blocks = nn.ModuleList(Residual(4 * f) for _ in range(blocks))
        self.up = keep_variance(nn.Conv2d(4 * f, f, 3, padding=1))
        self.norms = nn.ModuleList(InstanceNorm(width) for width in (2 * f, 4 * f, f))
        self.leaf = nn.Conv2d(f + inputs, outputs, 5, padding=2)

    def forward(self, x: Tensor) -> Tensor:
        """Translate x (n, inputs, h, w) in [-1, 1] to the same range; any h and w."""
        height, width = x.shape[2:]
        x = padded(x, 4)
        folded, small, large = self.norms
        y = self.down(F.silu(folded(self.stem(F.pixel_unshuffle(x, 2)))))
        for block in self.blocks:
            y = block(y)
        y = F.silu(large(self.up(doubled(F.silu(small(y))))))
        y = self.leaf(torch.cat([doubled(y), x.to(y.dtype)], dim=1))
        return torch.tanh(y.float())[:, :, :height, :width]


class Residual(nn.Module):
    """A change of features (n, channels, h, w) that starts at none."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList([InstanceNorm(channels), InstanceNorm(channels)])
        self.first = keep_variance(nn.Conv2d(channels, channels, 3, padding=1))
        self.last = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.last.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Add the change."""
        y = self.first(F.silu(self.norms[0](x)))
        out: Tensor = x + self.last(F.silu(self.norms[1](y)))
        return out


class PatchCritic(nn.Module):
    """How real each patch of pictures looks: (n, channels, h, w) to scores (n, h', w').

    Isola et al. (2017), appendix 6.1.2: `levels` 3 is their critic of patches of 70 pixels.
    """

    def __init__(self, channels: int, *, features: int, levels: int) -> None:
        super().__init__()
        widths = [features * min(2**level, 8) for level in range(levels + 1)]
        self.stem = nn.Conv2d(channels, widths[0], 4, stride=2, padding=1)
        strides = [2] * (levels - 1) + [1]
        self.convs = nn.ModuleList(
            keep_variance(nn.Conv2d(a, b, 4, stride=stride, padding=1))
            for (a, b), stride in zip(pairwise(widths), strides, strict=True)
        )
        self.norms = nn.ModuleList(InstanceNorm(width) for width in widths[1:])
        self.head = nn.Conv2d(widths[-1], 1, 4, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Scores of the patches of x, float32; higher is more real, and no bounds."""
        y = self.stem(x)
        for conv, norm_ in zip(self.convs, self.norms, strict=True):
            y = norm_(conv(F.leaky_relu(y, 0.2)))
        score: Tensor = self.head(F.leaky_relu(y, 0.2)).squeeze(1)
        return score.float()


def reach(height: int, width: int) -> int:
    """Levels of a critic whose patches suit pictures of this size.

    From 256 pixels on those of Isola et al. (2017), of 70 pixels; 34 or 16 pixels for smaller.
    """
    side = min(height, width)
    return 3 if side >= 192 else 2 if side >= 24 else 1


class InstanceNorm(nn.Module):
    """Each channel of each example at mean 0 and deviation 1, then scaled and shifted.

    Ulyanov et al. (2016), "Instance normalization".
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(channels))
        self.shift = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Normalise x (n, channels, h, w)."""
        # a processor takes up to 30 times as long where channels lie last, as each is alone
        x = x.contiguous() if x.device.type == "cpu" else x
        return F.group_norm(x, x.shape[1], self.scale, self.shift)


def padded(x: Tensor, multiple: int) -> Tensor:
    """Pictures x whose sides are multiples, twice or more, their border going on outside.

    Twice: of a single value there is no deviation to norm.
    """
    more = [max(-side % multiple, 2 * multiple - side) for side in x.shape[2:]]
    return F.pad(x, (0, more[1], 0, more[0]), mode="replicate")
