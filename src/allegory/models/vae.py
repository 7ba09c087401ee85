"""The variational autoencoder: a generative model with an encoder for its latents."""

import math
from typing import Literal

import torch
from torch import Generator, Tensor, nn

from allegory.capabilities import LatentSpace, Posterior
from allegory.hardware import in_double
from allegory.media import Media
from allegory.models.likelihoods import Likelihood
from allegory.objectives.divergence import kl_standard_normal
from allegory.randomness import generator

__all__ = ["VAE", "posterior"]

LOG_STD = (-7.0, 3.0)
"""Bounds on ln σ of the posterior: outside, KL or decoder overflow and nothing is gained."""


class VAE(nn.Module):
    """Samples, Encodes, Decodes, Scores, Bounds: p(x) = ∫ p(x | z) N(z; 0, I) dz.

    Kingma & Welling (2014), "Auto-encoding variational Bayes".
    """

    density: Literal["exact", "lower bound"] = "lower bound"
    prior_mean: Tensor
    prior_std: Tensor

    def __init__(
        self,
        encoder: nn.Module,
        decoder: nn.Module,
        likelihood: Likelihood,
        latents: int,
        media: Media,
    ) -> None:
        super().__init__()
        self.encoder, self.decoder, self.likelihood = encoder, decoder, likelihood
        self.latents, self.media = latents, media
        self.register_buffer("prior_mean", torch.zeros(latents), persistent=False)
        self.register_buffer("prior_std", torch.ones(latents), persistent=False)

    @property
    def discrete(self) -> bool:
        """Whether p(x | z) is a probability of grey levels or bits, not a density."""
        return self.likelihood.discrete

    @property
    def latent(self) -> LatentSpace:
        """The standard normal prior."""
        return LatentSpace(self.latents, self.prior_mean, self.prior_std, prior=True)

    def encode(self, x: Tensor) -> Posterior:
        """q(z | x) of x (n, *media.shape)."""
        return posterior(self.encoder(x).float())

    def decode(self, z: Tensor) -> Tensor:
        """Mean of p(x | z) for z (n, latents): (n, *media.shape) in the media's range."""
        return self.likelihood.mean(self.decoder(z))

    def sample(self, n: int, *, rng: Generator | int) -> Tensor:
        """Decode n draws from the prior: (n, *media.shape)."""
        return self.decode(self.latent.draw(n, rng))

    def log_prob(self, x: Tensor, *, rng: Generator | int, draws: int = 1) -> Tensor:
        """Importance-weighted lower bound on log p(x) of x (n, *media.shape), in nats: (n,).

        log 1/k Σ p(x | z_i) p(z_i) / q(z_i | x), z_i ~ q: Burda et al. (2016), "Importance
        weighted autoencoders", equation 8. One draw gives an unbiased estimate of the ELBO, more
        a tighter bound; memory does not grow with `draws`.
        """
        q, rng = self.encode(x), generator(rng)
        total = in_double(torch.full((len(x),), -torch.inf, device=x.device))
        for _ in range(draws):
            eps = torch.randn(q.mean.shape, generator=rng, device=rng.device).to(x.device)
            z = q.mean + q.std * eps
            # log p(z) − log q(z | x): the normalising constants cancel
            prior = 0.5 * (eps.square() - z.square()).sum(1) + q.std.log().sum(1)
            weight = self.likelihood.log_prob(x, self.decoder(z)) + prior
            total = torch.logaddexp(total, in_double(weight))
        return (total - math.log(draws)).float().to(x.device)

    def bound(self, x: Tensor, q: Posterior, noise: Tensor) -> Tensor:
        """Log p(x | z) − KL(q ‖ N(0, I)) of x (n, *media.shape), z = mean + std · noise: (n,)."""
        log_p = self.likelihood.log_prob(x, self.decoder(q.mean + q.std * noise))
        return log_p - kl_standard_normal(q.mean, q.std).sum(1)


def posterior(out: Tensor) -> Posterior:
    """What an encoder's numbers (n, 2 latents) say: the means, then the ln σ, kept in bounds."""
    mean, log_std = out.chunk(2, dim=1)
    return Posterior(mean, log_std.clamp(*LOG_STD).exp())
