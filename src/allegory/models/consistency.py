"""Consistency models: examples from noise in a step or two."""

from abc import ABC
from functools import partial

from torch import Generator, Tensor, nn

from allegory.capabilities import LatentSpace
from allegory.media import Media
from allegory.models.preconditioned import OfClasses, Preconditioned
from allegory.objectives.denoising import Formulation
from allegory.sampling.sampler import rounded
from allegory.sampling.solvers import Denoise, Level, ddim, for_each

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
    """f(x; sigma), by which one step of DDIM goes as far as many of a diffusion model.

    Heek et al. (2024), "Multistep consistency models": from any noise between two of its `levels`
    a step leads to where the probability-flow equation is at the lower one. With a single level it
    is the consistency model of Song et al. (2023). The code of an example is its noise.
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
        self.prior(self.size)

    @property
    def latent(self) -> LatentSpace:
        """The noise that an example comes from, one number for each of its values."""
        mean, std = self.prior_mean, self.prior_std
        return LatentSpace(len(mean), mean, std, prior=True, noise=True)

    def decode(self, z: Tensor, *, labels: Tensor | None = None) -> Tensor:
        """The example that noise z (n, latents) gives: (n, *media.shape)."""
        return self._end(z, partial(self._called, labels))

    def _called(self, labels: Tensor | None, x: Tensor, sigma: Level) -> Tensor:
        return self.denoise(x, for_each(sigma, x), labels=labels)

    def _end(self, z: Tensor, denoise: Denoise) -> Tensor:
        x = self.levels[0] * z.view(-1, *self.media.shape)
        return self.units.from_standard(ddim(denoise, x, (*self.levels, 0.0)))

    def sample(self, n: int, *, rng: Generator | int, labels: Tensor | None = None) -> Tensor:
        """Decode n draws of noise: (n, *media.shape)."""
        denoise = rounded(partial(self._called, labels), self.media)
        return self._end(self.latent.draw(n, rng), denoise)


class Consistency(Consistent):
    """Samples, Decodes."""


class ConditionalConsistency(OfClasses, Consistent):
    """Samples, Decodes, Conditional."""
