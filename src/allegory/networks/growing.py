"""A generator and a critic that grow: from coarse pictures to fine ones while they train.

Karras et al. (2018), "Progressive growing of GANs for improved quality, stability, and variation".

All stages exist from the start, and pictures have their full size always. A `level` says which
stages are in play: 0 is the smallest size, each whole number more a doubling; in between, the next
stage fades in. It never exceeds the number of doublings.
"""

import math
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from allegory.networks.convnet import level_widths
from allegory.networks.equalised import EqualisedConv, EqualisedLinear

__all__ = [
    "GROUP",
    "Growing",
    "GrowingCritic",
    "GrowingGenerator",
    "coarsen",
    "level_at",
    "stages",
]

GROUP = 4
"""Examples, at most, whose deviation a critic sees."""


def stages(height: int, width: int, smallest: int = 4) -> list[tuple[int, int]]:
    """Sizes from the smallest to the full one, each twice the one before: 7, 14, 28.

    Halves while both sides are even and their halves are at least `smallest`.
    """
    sizes = [(height, width)]
    while not any(side % 2 or side // 2 < smallest for side in sizes[0]):
        sizes.insert(0, (sizes[0][0] // 2, sizes[0][1] // 2))
    return sizes


def level_at(images: int, levels: int, *, each: int) -> float:
    """Level, in [0, levels], after so many images seen.

    Level 0 lasts for `each` images; every further stage fades in over `each` images and then plays
    for as many. The last one stays.
    """
    begun, within = divmod(images + each, 2 * each)
    return min(begun - 1 + min(within / each, 1.0), float(levels))


def coarsen(x: Tensor, level: float) -> Tensor:
    """Real pictures as they are shown to a critic at a level: same shape, without finer detail.

    While a stage fades in, so does the detail that it adds, as in a generator's pictures (figure
    2). Not for generated pictures: theirs would fade twice.

    Args:
        x: pictures (n, channels, height, width).
        level: what is in play.
    """
    stage, alpha = in_play(level)
    levels = len(stages(*x.shape[2:])) - 1
    coarse = enlarge(shrink(x, levels - stage), levels - stage)
    if alpha == 0:
        return coarse
    finer = levels - stage - 1
    return coarse.lerp(enlarge(shrink(x, finer), finer), alpha)


class Growing(nn.Module):
    """A growing network at the level it has reached, which is saved with it."""

    level: Tensor

    def __init__(self, network: "GrowingGenerator | GrowingCritic") -> None:
        super().__init__()
        self.network = network
        self.register_buffer("level", torch.tensor(float(network.levels)))

    def forward(self, x: Tensor) -> Tensor:
        """Map x (n, ...) at that level."""
        out: Tensor = self.network(x, float(self.level))
        return out


class GrowingGenerator(nn.Module):
    """Codes (n, inputs) to pictures (n, channels, height, width) of unbounded values.

    `features` channels at full size, twice as many at each smaller one, up to 8 times.
    """

    def __init__(
        self, inputs: int, channels: int, height: int, width: int, *, features: int
    ) -> None:
        super().__init__()
        sizes = stages(height, width)
        self.levels = len(sizes) - 1
        """The highest level."""
        widths = level_widths(features, len(sizes))[::-1]
        self.shape = (widths[0], *sizes[0])
        self.root = EqualisedLinear(inputs, math.prod(self.shape))
        self.mix = EqualisedConv(widths[0], widths[0], 3)
        self.blocks = nn.ModuleList(GeneratorBlock(a, b) for a, b in pairwise(widths))
        self.leaves = nn.ModuleList(EqualisedConv(w, channels, 1, gain=1) for w in widths)

    def forward(self, z: Tensor, level: float) -> Tensor:
        """Decode z (n, inputs); pictures are constant on blocks where stages are not in play."""
        stage, alpha = in_play(level)
        x = self.root(pixel_norm(z)).unflatten(1, self.shape)
        if self.mix.weight.is_contiguous(memory_format=torch.channels_last):
            x = x.contiguous(memory_format=torch.channels_last)
        x = activate(self.mix(activate(x)))
        for block in self.blocks[:stage]:
            x = block(x)
        picture: Tensor = self.leaves[stage](x)
        if alpha > 0:
            finer = self.leaves[stage + 1](self.blocks[stage](x))
            picture, stage = enlarge(picture, 1).lerp(finer, alpha), stage + 1
        return enlarge(picture, self.levels - stage)


class GeneratorBlock(nn.Module):
    """Features (n, inputs, h, w) to twice the size, (n, outputs, 2h, 2w)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.enter = EqualisedConv(inputs, outputs, 3)
        self.leave = EqualisedConv(outputs, outputs, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Double the size of x."""
        return activate(self.leave(activate(self.enter(enlarge(x, 1)))))


class GrowingCritic(nn.Module):
    """Pictures (n, channels, height, width) to features (n, outputs): the generator backwards.

    The features are the last hidden layer, after its activation. With `deviation` they also depend
    on how much neighbours in the batch differ, in groups of up to 4: a batch that is cut elsewhere
    than at multiples of 4 comes to something else.
    """

    def __init__(
        self,
        channels: int,
        height: int,
        width: int,
        outputs: int,
        *,
        features: int,
        deviation: bool = True,
    ) -> None:
        super().__init__()
        sizes = stages(height, width)
        self.levels, self.deviation = len(sizes) - 1, deviation
        widths = level_widths(features, len(sizes))[::-1]
        self.roots = nn.ModuleList(EqualisedConv(channels, w, 1) for w in widths)
        self.blocks = nn.ModuleList(CriticBlock(b, a) for a, b in pairwise(widths))
        self.mix = EqualisedConv(widths[0] + deviation, widths[0], 3)
        self.head = EqualisedLinear(widths[0] * math.prod(sizes[0]), outputs)

    def forward(self, x: Tensor, level: float) -> Tensor:
        """Features of full-size x, of which only the average over blocks matters."""
        stage, alpha = in_play(level)
        y = leaky(self.roots[stage](shrink(x, self.levels - stage)))
        if alpha > 0:
            finer = leaky(self.roots[stage + 1](shrink(x, self.levels - stage - 1)))
            y = y.lerp(self.blocks[stage](finer), alpha)
        for block in reversed(self.blocks[:stage]):
            y = block(y)
        if self.deviation:
            y = torch.cat([y, deviations(y)], 1)
        # the same order of features however the tensor lies in memory
        y = leaky(self.mix(y)).contiguous().flatten(1)
        return leaky(self.head(y))


class CriticBlock(nn.Module):
    """Features (n, inputs, 2h, 2w) to half the size, (n, outputs, h, w)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.enter = EqualisedConv(inputs, inputs, 3)
        self.leave = EqualisedConv(inputs, outputs, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Halve the size of x."""
        return shrink(leaky(self.leave(leaky(self.enter(x)))), 1)


def in_play(level: float) -> tuple[int, float]:
    """The finest stage that is wholly in play, and the share in [0, 1) of the next."""
    alpha, stage = math.modf(level)
    return int(stage), alpha


def enlarge(x: Tensor, doublings: int) -> Tensor:
    """Double the sides of x (n, c, h, w) so many times: each value becomes a block."""
    return F.interpolate(x, scale_factor=2**doublings, mode="nearest")


def shrink(x: Tensor, halvings: int) -> Tensor:
    """Halve the sides of x (n, c, h, w) so many times: each block becomes its mean."""
    return F.avg_pool2d(x, 2**halvings)


def leaky(x: Tensor) -> Tensor:
    """The activation of both networks."""
    return F.leaky_relu(x, 0.2)


def activate(x: Tensor) -> Tensor:
    """A generator's activation: normalised, so that its signals can't escalate."""
    return pixel_norm(leaky(x))


def pixel_norm(x: Tensor) -> Tensor:
    """Scale x (n, c, ...) at each place to a mean square of 1 over c: section 4.2."""
    return x * (x.float().square().mean(1, keepdim=True) + 1e-8).rsqrt().to(x.dtype)


def deviations(x: Tensor) -> Tensor:
    """How much the neighbours of each of x (n, c, h, w) differ: (n, 1, h, w), section 3.

    The standard deviation over groups of examples, averaged over features and places. Groups are
    of neighbours, as many as divide n, up to 4; 1e-4 where they are equal.
    """
    group = max(size for size in range(1, GROUP + 1) if len(x) % size == 0)
    groups = x.float().view(-1, group, *x.shape[1:])
    mean = (groups.var(1, correction=0) + 1e-8).sqrt().mean((1, 2, 3)).to(x.dtype)
    return mean.repeat_interleave(group)[:, None, None, None].expand(-1, 1, *x.shape[2:])
