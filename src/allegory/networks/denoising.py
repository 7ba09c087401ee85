"""Networks that see an example in noise, are told how much noise, and perhaps a class."""

import math
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from allegory.networks.convnet import doubled, keep_variance, level_widths, side_lengths
from allegory.networks.labelled import Labels

__all__ = ["Attention", "DenoisingMLP", "DenoisingUNet", "Told"]

TOLD = 64
"""Numbers that tell vectors their noise level and class."""
WAVES = 16
"""Frequencies by which a noise level is told."""
SEEN = 64
"""Positions of a level, at most, that look at each other."""
GROUP = 16
"""Channels that are normalised together."""
HEAD = 32
"""Channels by which they do, of each head."""


class Told(nn.Module):
    """A noise level and a class, as numbers.

    Sines and cosines of the level as in Vaswani et al. (2017), "Attention is all you need",
    section 3.5, of periods from 2 π / highest to 2 π, and a vector of the class.
    """

    waves: Tensor

    def __init__(self, outputs: int, classes: int = 0, *, highest: float = 64.0) -> None:
        super().__init__()
        waves = torch.logspace(0.0, math.log10(highest), WAVES)
        self.register_buffer("waves", waves, persistent=False)
        self.enter = nn.Linear(2 * WAVES, outputs)
        self.leave = keep_variance(nn.Linear(outputs, outputs))
        self.labels = Labels(classes, outputs) if classes else None

    def forward(self, level: Tensor, labels: Tensor | None = None) -> Tensor:
        """Levels (n,), about -2 ... 2, and classes (n,), -1 for any, to (n, outputs)."""
        angles = level[:, None] * self.waves
        told = self.enter(torch.cat([angles.sin(), angles.cos()], dim=1))
        if self.labels is not None:
            told = told + self.labels(labels, level.shape[0])
        out: Tensor = F.silu(self.leave(F.silu(told)))
        return out


class Residual(nn.Module):
    """A residual block that noise level and class scale and shift: 1x1, 3x3, 1x1 convolutions.

    Adaptive group normalisation: Dhariwal & Nichol (2021), "Diffusion models beat GANs on image
    synthesis", section 3. The last convolution starts at 0, so that the block starts as the
    identity.
    """

    def __init__(self, channels: int, told: int) -> None:
        super().__init__()
        self.enter = keep_variance(nn.Conv2d(channels, channels, 1))
        self.norm = nn.GroupNorm(max(1, channels // GROUP), channels, affine=False)
        self.style = nn.Linear(told, 2 * channels)
        self.mix = keep_variance(nn.Conv2d(channels, channels, 3, padding=1))
        self.leave = nn.Conv2d(channels, channels, 1)
        nn.init.zeros_(self.leave.weight)

    def forward(self, x: Tensor, told: Tensor) -> Tensor:
        """Map x (n, channels, h, w) with what is told (n, numbers) to the same shape."""
        scale, shift = self.style(told)[:, :, None, None].chunk(2, dim=1)
        y = self.norm(self.enter(F.silu(x))) * (1.0 + scale) + shift
        out: Tensor = x + self.leave(F.silu(self.mix(F.silu(y))))
        return out


class Attention(nn.Module):
    """Positions that look at each other, as a residual that starts at 0.

    Queries and keys have length 1 times a learned factor: Henry et al. (2020), "Query-key
    normalization for transformers"; nothing else then needs normalisation.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.heads = max(1, channels // HEAD)
        self.enter = nn.Conv2d(channels, 3 * channels, 1)
        self.leave = nn.Conv2d(channels, channels, 1)
        self.sharpness = nn.Parameter(torch.tensor(10.0).log())
        nn.init.zeros_(self.leave.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Map x (n, channels, h, w) to the same shape."""
        parts = self.enter(x).flatten(2).transpose(1, 2).unflatten(2, (3, self.heads, -1))
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        q, k = self.sharpness.exp() * F.normalize(q, dim=-1), F.normalize(k, dim=-1)
        # written out: of so few positions the fused kernel is the slower one, most of all backward
        seen = (q @ k.transpose(2, 3)).softmax(dim=-1).to(v.dtype) @ v
        out = seen.transpose(1, 2).flatten(2).transpose(1, 2).unflatten(2, x.shape[2:])
        return x + self.leave(out)  # type: ignore[no-any-return]


class DenoisingUNet(nn.Module):
    """Pictures to pictures (n, channels, height, width) of any size: down, and up again.

    Ronneberger et al. (2015), "U-Net". Pictures are folded 2x2 into channels first, as in
    `ConvEncoder`, since full resolution costs most and adds least. The last layer starts at 0.
    """

    def __init__(
        self,
        channels: int,
        height: int,
        width: int,
        *,
        features: int,
        blocks: int,
        classes: int = 0,
    ) -> None:
        """A U-Net.

        Args:
            channels: of the pictures.
            height: theirs.
            width: theirs.
            features: channels of the first level; each further one has twice as many, up to 4
                times.
            blocks: residual blocks of each level on the way down, and again on the way up.
            classes: kinds of pictures; 0: they are not told.
        """
        super().__init__()
        self.height, self.width = height, width
        self.pad = (0, width % 2, 0, height % 2)
        sizes = side_lengths((height + 1) // 2, (width + 1) // 2)
        widths = [min(w, 4 * features) for w in level_widths(features, len(sizes))]
        style = 2 * features
        self.told = Told(style, classes)
        self.stem = nn.Conv2d(4 * channels, widths[0], 3, padding=1)

        def level(w: int, size: tuple[int, int]) -> nn.ModuleList:
            parts: list[nn.Module] = []
            for _ in range(blocks):
                parts.append(Residual(w, style))
                if math.prod(size) <= SEEN:
                    parts.append(Attention(w))
            return nn.ModuleList(parts)

        self.before = nn.ModuleList(level(w, s) for w, s in zip(widths, sizes, strict=True))
        self.down = nn.ModuleList(
            keep_variance(nn.Conv2d(a, b, 3, stride=2, padding=1)) for a, b in pairwise(widths)
        )
        self.up = nn.ModuleList(keep_variance(nn.Conv2d(b, a, 1)) for a, b in pairwise(widths))
        self.join = nn.ModuleList(nn.Conv2d(2 * w, w, 1) for w in widths[:-1])
        self.after = nn.ModuleList(level(w, s) for w, s in zip(widths, sizes, strict=True))
        self.leaf = nn.Conv2d(widths[0], 4 * channels, 3, padding=1)
        nn.init.zeros_(self.leaf.weight)
        nn.init.zeros_(self.leaf.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor, level: Tensor, labels: Tensor | None = None) -> Tensor:
        """Map x (n, channels, height, width) with noise levels (n,) to the same shape."""
        told = self.told(level, labels)
        x = self.stem(F.pixel_unshuffle(F.pad(x, self.pad, mode="replicate"), 2))
        kept = []
        for i, blocks in enumerate(self.before):
            if i:
                x = self.down[i - 1](F.silu(x))
            x = _through(blocks, x, told)
            kept.append(x)
        for i in reversed(range(len(self.after))):
            if i < len(self.up):
                h, w = kept[i].shape[2:]
                raised = doubled(self.up[i](F.silu(x)))[:, :, :h, :w]
                x = self.join[i](torch.cat([raised, kept[i]], dim=1))
            x = _through(self.after[i], x, told)
        x = F.pixel_shuffle(self.leaf(F.silu(x)), 2)
        return x[:, :, : self.height, : self.width]


def _through(blocks: nn.Module, x: Tensor, told: Tensor) -> Tensor:
    for block in blocks:  # type: ignore[attr-defined]
        x = block(x, told) if isinstance(block, Residual) else block(x)
    return x


class DenoisingMLP(nn.Module):
    """Vectors (n, size) to vectors (n, size); the last layer starts at 0.

    Noise level and class scale and shift every hidden layer, as they do the U-Net's.
    """

    def __init__(self, size: int, *hidden: int, classes: int = 0) -> None:
        super().__init__()
        self.told = Told(TOLD, classes, highest=16.0)
        self.enter = nn.Linear(size, hidden[0])
        self.layers = nn.ModuleList(keep_variance(nn.Linear(a, b)) for a, b in pairwise(hidden))
        self.styles = nn.ModuleList(nn.Linear(TOLD, 2 * width) for width in hidden)
        self.leave = nn.Linear(hidden[-1], size)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)

    def forward(self, x: Tensor, level: Tensor, labels: Tensor | None = None) -> Tensor:
        """Map x (n, size) with noise levels (n,)."""
        told, y = self.told(level, labels), self.enter(x)
        for i, style in enumerate(self.styles):
            y = y if i == 0 else self.layers[i - 1](F.silu(y))
            scale, shift = style(told).chunk(2, dim=1)
            y = y * (1.0 + scale) + shift
        out: Tensor = self.leave(F.silu(y))
        return out
