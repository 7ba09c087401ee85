"""FactorVAE: a VAE against a discriminator that looks for dependence between its latents."""

import torch
from torch import Tensor, nn

from allegory.games.vae import terms
from allegory.models.vae import VAE
from allegory.networks.mlp import MLP
from allegory.objectives.total_correlation import density_ratio_loss, permute_latents
from allegory.training.game import Batch, Game, Losses, Player, Turn
from allegory.training.noise import Noise

__all__ = ["FactorVAEGame"]


class FactorVAEGame(Game):
    """The VAE minimises −ELBO + gamma · TC(z), with the total correlation of its discriminator.

    Kim & Mnih (2018), "Disentangling by factorising", equation 2 and algorithm 2; here the
    discriminator sees the codes of the same batch, not of a second one, and an estimate of the
    total correlation below 0 counts as 0.
    """

    coupled = True
    model: VAE

    def __init__(self, model: VAE, *, gamma: float, hidden: int, layers: int) -> None:
        """Two players.

        Args:
            model: what is trained.
            gamma: weight of the total correlation.
            hidden: units in a hidden layer of the discriminator.
            layers: its hidden layers.
        """
        super().__init__()
        self.model, self.gamma = model, gamma
        self.discriminator = MLP(model.latents, *[hidden] * layers, 1)

    def players(self) -> tuple[Player, ...]:
        """The VAE, then the discriminator on the codes that it left."""
        return (
            Player(name="vae", owns=("model",), loss=self.vae_loss),
            Player(name="discriminator", owns=("discriminator",), loss=self.discriminator_loss),
        )

    def log_odds(self, z: Tensor) -> Tensor:
        """Log q(z) − log Π_j q(z_j) of codes z (n, latents), as the discriminator has it: (n,)."""
        odds: Tensor = self.discriminator(z)
        return odds.float().squeeze(1)

    def vae_loss(self, batch: Batch, turn: Turn) -> Losses:
        """The two terms of the negative ELBO and the weighted total correlation, in nats."""
        t = terms(self.model, batch.x, turn.noise)
        turn.leave("codes", t.z)
        # it is a KL: below 0 the discriminator is wrong, and codes that flee to where it is most
        # wrong would be paid without limit
        total_correlation = self.log_odds(t.z).mean().clamp(min=0.0)
        return {
            "reconstruction": t.reconstruction,
            "kl": t.kl.sum(1).mean(),
            "total correlation": self.gamma * total_correlation,
        }

    def discriminator_loss(self, batch: Batch, turn: Turn) -> Losses:
        """Its cross-entropy, ln 2 where it can't tell codes from permuted ones."""
        z = turn.left("codes")
        permuted = permute_latents(z, turn.noise.uniform(self.model.latents))
        joint, product = self.log_odds(torch.cat([z, permuted])).chunk(2)
        return {"cross-entropy": density_ratio_loss(joint, product)}

    def held_out(self, model: nn.Module, batch: Batch, noise: Noise) -> Losses:
        """The negative ELBO: a discriminator that learns is no yardstick."""
        assert isinstance(model, VAE)
        t = terms(model, batch.x, noise)
        return {"reconstruction": t.reconstruction, "kl": t.kl.sum(1).mean()}
