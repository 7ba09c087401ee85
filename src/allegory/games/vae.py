"""The variational autoencoder and the beta-VAE: one player, who raises a bound on log p(x)."""

from dataclasses import dataclass

from torch import Tensor, nn

from allegory.capabilities import Posterior
from allegory.models.vae import VAE
from allegory.objectives.divergence import kl_standard_normal
from allegory.training.game import Batch, Game, Losses, Player, Turn
from allegory.training.noise import Noise
from allegory.training.schedule import ramp

__all__ = ["Terms", "VAEGame", "terms"]


class VAEGame(Game):
    """Minimises −E log p(x | z) + beta · |KL(q(z | x) ‖ N(0, I)) − C|, z = μ + σ ⊙ ε.

    Kingma & Welling (2014), "Auto-encoding variational Bayes", equations 3 and 4, where beta = 1
    and C = 0; beta > 1 is Higgins et al. (2017), "beta-VAE", equation 4; C > 0 is Burgess et al.
    (2018), "Understanding disentangling in beta-VAE", equation 8, whose gamma is our beta.
    """

    model: VAE

    def __init__(
        self,
        model: VAE,
        *,
        beta: float = 1.0,
        free_bits: float = 0.0,
        warmup: int = 0,
        capacity: float = 0.0,
        capacity_images: int = 0,
    ) -> None:
        """One player on `model`.

        Args:
            model: what is trained.
            beta: weight of the KL; 1 gives a bound on the likelihood.
            free_bits: nats of each latent, averaged over the batch, that cost nothing: Kingma et
                al. (2016), "Inverse autoregressive flow", equation 15.
            warmup: examples over which the weight of the KL rises from 0: Sønderby et al. (2016),
                "Ladder variational autoencoders".
            capacity: C, nats at which the KL, averaged over the batch, is held in the end.
            capacity_images: examples over which C rises from 0.
        """
        super().__init__()
        self.model, self.beta, self.free_bits, self.warmup = model, beta, free_bits, warmup
        self.capacity, self.capacity_images = capacity, capacity_images
        self.coupled = free_bits > 0 or capacity > 0

    def players(self) -> tuple[Player, ...]:
        """One, who owns the whole model."""
        return (Player(name="vae", owns=("model",), loss=self.loss),)

    def loss(self, batch: Batch, turn: Turn) -> Losses:
        """The two terms in nats; the KL as weighted at this turn."""
        t = terms(self.model, batch.x, turn.noise)
        # the law holds the batch mean of each latent above its free nats, not each example's
        kl = t.kl.mean(0).clamp(min=self.free_bits).sum()
        capacity = self.capacity * ramp(turn.images, self.capacity_images)
        beta = self.beta * ramp(turn.images, self.warmup)
        return {"reconstruction": t.reconstruction, "kl": beta * (kl - capacity).abs()}

    def held_out(self, model: nn.Module, batch: Batch, noise: Noise) -> Losses:
        """The two terms with the full weight and no free nats: for beta = 1 the negative ELBO.

        With a capacity it is the negative ELBO too: beta then only holds the KL in its place, and
        would drown the reconstruction in the noise of a held-out mean.
        """
        assert isinstance(model, VAE)
        t = terms(model, batch.x, noise)
        beta = 1.0 if self.capacity else self.beta
        return {"reconstruction": t.reconstruction, "kl": beta * t.kl.sum(1).mean()}


@dataclass(frozen=True)
class Terms:
    """What every loss of a VAE is made of, for n examples."""

    reconstruction: Tensor
    """−E log p(x | z), a scalar mean over examples."""
    kl: Tensor
    """KL(q(z | x) ‖ N(0, I)) of each latent, (n, latents)."""
    q: Posterior
    """q(z | x)."""
    z: Tensor
    """One draw from each posterior, (n, latents)."""


def terms(model: VAE, x: Tensor, noise: Noise) -> Terms:
    """Encode x, draw z = μ + σ ⊙ ε, and decode."""
    q = model.encode(x)
    z = q.mean + q.std * noise.normal(model.latents)
    log_p = model.likelihood.log_prob(x, model.decoder(z))
    return Terms(-log_p.mean(), kl_standard_normal(q.mean, q.std), q, z)
