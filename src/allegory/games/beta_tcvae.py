"""The beta-TCVAE: a VAE that pays for each part of the KL by its own weight."""

from torch import Tensor, nn

from allegory.games.vae import terms
from allegory.models.vae import VAE
from allegory.objectives.total_correlation import Sampling, decompose
from allegory.training.game import Batch, Game, Losses, Player, Turn
from allegory.training.noise import Noise

__all__ = ["BetaTCVAEGame"]


class BetaTCVAEGame(Game):
    """Minimises −E log p(x | z) + alpha · MI + beta · TC + gamma · Σ_j KL(q(z_j) ‖ p(z_j)).

    Chen et al. (2018), "Isolating sources of disentanglement in variational autoencoders",
    equation 4; with all weights 1 it is the VAE.
    """

    coupled = True
    model: VAE

    def __init__(
        self,
        model: VAE,
        *,
        examples: int,
        alpha: float = 1.0,
        beta: float = 15.0,
        gamma: float = 1.0,
        sampling: Sampling = "stratified",
    ) -> None:
        """One player on `model`.

        Args:
            model: what is trained.
            examples: in the training data, at least 2.
            alpha: weight of the mutual information of code and example.
            beta: weight of the total correlation of the latents.
            gamma: weight of the distance of each latent to its prior.
            sampling: the estimate of the aggregate posterior.
        """
        super().__init__()
        self.model, self.examples, self.sampling = model, examples, sampling
        self.alpha, self.beta, self.gamma = alpha, beta, gamma

    def players(self) -> tuple[Player, ...]:
        """One, who owns the whole model."""
        return (Player(name="vae", owns=("model",), loss=self.loss),)

    def loss(self, batch: Batch, turn: Turn) -> Losses:
        """The four terms in nats, as weighted."""
        return self.weighted(self.model, batch.x, turn.noise)

    def held_out(self, model: nn.Module, batch: Batch, noise: Noise) -> Losses:
        """The same on held-out examples."""
        assert isinstance(model, VAE)
        return self.weighted(model, batch.x, noise)

    def weighted(self, model: VAE, x: Tensor, noise: Noise) -> Losses:
        """The four terms of `model` on examples x."""
        t = terms(model, x, noise)
        parts = decompose(t.z, t.q.mean, t.q.std, self.examples, self.sampling)
        # the KL is known in closed form: this has mean 0, and takes the draw's noise out of it
        correction = t.kl.sum(1).mean() - parts.kl
        return {
            "reconstruction": t.reconstruction,
            "mutual information": self.alpha * parts.mutual_information,
            "total correlation": self.beta * parts.total_correlation,
            "dimension-wise kl": self.gamma * (parts.dimension_wise + correction),
        }
