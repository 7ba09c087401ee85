"""Diffusion models: examples from noise, by taking it off step by step."""

import math
from abc import ABC
from copy import copy
from typing import Literal, Self

import torch
from torch import Generator, Tensor, nn

from allegory.capabilities import LatentSpace, Noising, Posterior
from allegory.media import Media, Vectors
from allegory.models.preconditioned import OfClasses, Preconditioned
from allegory.objectives.denoising import Formulation
from allegory.sampling.likelihood import log_likelihood
from allegory.sampling.sampler import Sampler, guided, rounded
from allegory.sampling.solvers import Denoise

__all__ = ["ConditionalDenoiser", "Denoiser", "Denoising"]

LEVELS = {"pictures": 21, "vectors": 101}
"""Noise levels at which the density of an example is followed."""


class Denoising(Preconditioned, ABC):
    """A network that takes noise off, and all that follows from it."""

    density: Literal["exact", "lower bound"] = "exact"
    """Exact up to the solver's steps; of pictures the estimate of one probe."""
    discrete = False
    prior_mean: Tensor
    prior_std: Tensor

    def __init__(
        self,
        network: nn.Module,
        media: Media,
        *,
        formulation: Formulation,
        spread: float,
        sampler: Sampler,
    ) -> None:
        """As `Preconditioned`, with the sampler by which samples are drawn."""
        super().__init__(network, media, formulation=formulation, spread=spread)
        self.sampler = sampler
        self.prior(self.size)

    @property
    def noising(self) -> Noising:
        """The noise that it knows, and its own sampler."""
        s = self.sampler
        ends = (s.schedule.sigma_min, s.schedule.sigma_max)
        return Noising(*ends, self.spread, s.solver, s.steps, s.guidance)

    def drawn_by(
        self,
        *,
        solver: str | None = None,
        steps: int | None = None,
        guidance: float | None = None,
    ) -> Self:
        """The same model with the same weights, by another sampler."""
        own, other = self.sampler, copy(self)
        other.sampler = Sampler(
            own.solver if solver is None else solver,
            own.steps if steps is None else steps,
            own.guidance if guidance is None else guidance,
            own.schedule,
        )
        return other

    @property
    def latent(self) -> LatentSpace:
        """The noise that an example comes from, one number for each of its values."""
        mean, std = self.prior_mean, self.prior_std
        return LatentSpace(len(mean), mean, std, prior=True, noise=True)

    def decode(self, z: Tensor, *, labels: Tensor | None = None) -> Tensor:
        """The example that noise z (n, latents) ends as: (n, *media.shape).

        By the probability-flow equation; by a solver that draws noise, always the same.
        """
        return self._end(z, guided(self, labels, self.sampler.guidance))

    def _end(self, z: Tensor, denoise: Denoise) -> Tensor:
        noise = z.view(-1, *self.media.shape)
        x = self.sampler.clean(denoise, self.sampler.noised(noise, self.spread), 0)
        return self.units.from_standard(x)

    def encode(self, x: Tensor) -> Posterior:
        """The noise that x (n, *media.shape) comes from; a point."""
        x = self.units.to_standard(x)
        noise = self.sampler.encode(guided(self, None, 1.0), x)
        z = noise.flatten(1) / self.sampler.noised(noise.new_ones(()), self.spread)
        return Posterior(z, torch.zeros_like(z))

    def sample(self, n: int, *, rng: Generator | int, labels: Tensor | None = None) -> Tensor:
        """Take the noise off n draws of it: (n, *media.shape)."""
        denoise = rounded(guided(self, labels, self.sampler.guidance), self.media)
        return self._end(self.latent.draw(n, rng), denoise)

    def log_prob(self, x: Tensor, *, rng: Generator | int, draws: int = 1) -> Tensor:
        """Log-density in nats of x (n, *media.shape), in the media's units: (n,).

        Under the lowest noise, which pictures of 8 bits do not show.
        """
        kind = "vectors" if isinstance(self.media, Vectors) else "pictures"
        levels = self.sampler.schedule.levels(LEVELS[kind]).flip(0)
        x = self.units.to_standard(x)
        denoise = guided(self, None, 1.0)
        nats = log_likelihood(denoise, x, levels, self.spread, rng).nats
        if isinstance(self.media, Vectors):
            nats = nats - sum(map(math.log, self.media.scale))
        return nats.float().to(x.device)


class Denoiser(Denoising):
    """Samples, Encodes, Decodes, Scores, Denoises."""


class ConditionalDenoiser(OfClasses, Denoising):
    """Samples, Encodes, Decodes, Scores, Denoises, Conditional: of a class or of none."""
