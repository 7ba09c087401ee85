"""The variational autoencoder and the beta-VAE: one player, who raises a bound on log p(x)."""

from torch import Tensor, nn

from allegory.models.vae import VAE
from allegory.objectives.divergence import kl_standard_normal
from allegory.training.game import Batch, Game, Losses, Player, Turn
from allegory.training.noise import Noise
from allegory.training.schedule import ramp

__all__ = ["VAEGame"]


class VAEGame(Game):
    """Minimises −E log p(x | z) + beta · KL(q(z | x) ‖ N(0, I)), z = μ + σ ⊙ ε.

    Kingma & Welling (2014), "Auto-encoding variational Bayes", equations 3 and 4; beta > 1 is
    Higgins et al. (2017), "beta-VAE", equation 4.
    """

    model: VAE

    def __init__(
        self, model: VAE, *, beta: float = 1.0, free_bits: float = 0.0, warmup: int = 0
    ) -> None:
        """One player on `model`.

        Args:
            model: what is trained.
            beta: weight of the KL; 1 gives a bound on the likelihood.
            free_bits: nats of each latent, averaged over the batch, that cost nothing: Kingma et
                al. (2016), "Inverse autoregressive flow", equation 15.
            warmup: examples over which the weight of the KL rises from 0: Sønderby et al. (2016),
                "Ladder variational autoencoders".
        """
        super().__init__()
        self.model, self.beta, self.free_bits, self.warmup = model, beta, free_bits, warmup

    def players(self) -> tuple[Player, ...]:
        """One, who owns the whole model."""
        return (Player(name="vae", owns=("model",), loss=self.loss),)

    def loss(self, batch: Batch, turn: Turn) -> Losses:
        """The two terms in nats; the KL as weighted at this turn."""
        reconstruction, kl = terms(self.model, batch.x, turn.noise)
        # the law holds the batch mean of each latent above its free nats, not each example's
        kl = kl.mean(0).clamp(min=self.free_bits).sum()
        beta = self.beta * ramp(turn.images, self.warmup)
        return {"reconstruction": reconstruction, "kl": beta * kl}

    def held_out(self, model: nn.Module, batch: Batch, noise: Noise) -> Losses:
        """The two terms with the full weight and no free nats: for beta = 1 the negative ELBO."""
        assert isinstance(model, VAE)
        reconstruction, kl = terms(model, batch.x, noise)
        return {"reconstruction": reconstruction, "kl": self.beta * kl.sum(1).mean()}


def terms(model: VAE, x: Tensor, noise: Noise) -> tuple[Tensor, Tensor]:
    """−E log p(x | z), a scalar mean over examples, and the KL of each latent, (n, latents)."""
    q = model.encode(x)
    z = q.mean + q.std * noise.normal(model.latents)
    log_p = model.likelihood.log_prob(x, model.decoder(z))
    return -log_p.mean(), kl_standard_normal(q.mean, q.std)
