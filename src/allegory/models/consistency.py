"""Consistency models: examples from noise in a step or two."""

from abc import ABC

import torch
from torch import Generator, Tensor, nn

from allegory.capabilities import LatentSpace
from allegory.media import Media
from allegory.models.labels import draw_labels
from allegory.models.preconditioned import Preconditioned
from allegory.objectives.denoising import Formulation
from allegory.randomness import generator
from allegory.sampling.units import from_standard

__all__ = ["ConditionalConsistency", "Consistency", "Consistent", "levels_for"]

HIGHEST = 80.0
"""Noise in which an example is not to be seen: that of the first step."""
BETWEEN = (5.0, 0.5)
"""Spreads of the data between which the noise of the further steps lies."""


def levels_for(steps: int, spread: float) -> tuple[float, ...]:
    """The noise at each of so many steps: the first at the highest, then at even ratios."""
    high, low = (times * spread for times in BETWEEN)
    places = [(i + 0.5) / (steps - 1) for i in range(steps - 1)]
    return (HIGHEST, *(high * (low / high) ** place for place in places))


class Consistent(Preconditioned, ABC):
    """f(x; sigma): where the probability-flow equation takes x, in one step from any noise.

    Song et al. (2023), "Consistency models". More steps noise what was found, less each time, and
    clean it again: their algorithm 1. The code of an example is the noise of all steps.
    """

    prior_mean: Tensor
    prior_std: Tensor

    def __init__(
        self,
        network: nn.Module,
        media: Media,
        *,
        formulation: Formulation,
        spread: float,
        steps: int,
    ) -> None:
        """As `Preconditioned`, for samples in so many steps."""
        super().__init__(network, media, formulation=formulation, spread=spread)
        self.levels = levels_for(steps, spread)
        self.prior(steps * self.size)

    @property
    def latent(self) -> LatentSpace:
        """The noise of all steps, one number for each value of an example and step."""
        return LatentSpace(len(self.prior_mean), self.prior_mean, self.prior_std, prior=True)

    def decode(self, z: Tensor, *, labels: Tensor | None = None) -> Tensor:
        """The example that noise z (n, latents) gives: (n, *media.shape)."""
        x = z.new_zeros(())
        for level, noise in zip(self.levels, z.chunk(len(self.levels), dim=1), strict=True):
            sigma = noise.new_full((len(z),), level)
            x = self.denoise(x + level * noise.view(-1, *self.media.shape), sigma, labels=labels)
        return from_standard(x, self.media)

    def sample(self, n: int, *, rng: Generator | int, labels: Tensor | None = None) -> Tensor:
        """Decode n draws of noise: (n, *media.shape)."""
        return self.decode(self.latent.draw(n, rng), labels=labels)


class Consistency(Consistent):
    """Samples, Decodes."""


class ConditionalConsistency(Consistent):
    """Samples, Decodes, Conditional."""

    shares: Tensor

    def __init__(
        self,
        network: nn.Module,
        media: Media,
        *,
        formulation: Formulation,
        spread: float,
        steps: int,
        classes: tuple[str, ...],
        shares: tuple[float, ...],
    ) -> None:
        """As `Consistent`, for these classes, whose shares among the data sum to 1."""
        super().__init__(network, media, formulation=formulation, spread=spread, steps=steps)
        self.conditions = classes
        self.register_buffer("shares", torch.tensor(shares), persistent=False)

    def sample(self, n: int, *, rng: Generator | int, labels: Tensor | None = None) -> Tensor:
        """As of `Consistent`; where no labels are given, of classes as frequent as in data."""
        rng = generator(rng)
        labels = draw_labels(self.shares, n, rng) if labels is None else labels
        return super().sample(n, rng=rng, labels=labels)
