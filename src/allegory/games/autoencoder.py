"""The autoencoder: one player, who wants its examples back."""

from torch import Tensor, nn

from allegory.games.running import follow
from allegory.models.autoencoder import Autoencoder
from allegory.training.game import Batch, Game, Losses, Player, Turn
from allegory.training.noise import Noise

__all__ = ["AutoencoderGame"]


class AutoencoderGame(Game):
    """Minimises ‖x − x̂‖², summed over the values of an example.

    Hinton & Salakhutdinov (2006), "Reducing the dimensionality of data with neural networks".
    """

    model: Autoencoder

    def __init__(self, model: Autoencoder) -> None:
        super().__init__()
        self.model = model

    def players(self) -> tuple[Player, ...]:
        """One, who owns the whole model."""
        return (Player(name="autoencoder", owns=("model",), loss=self.loss, settle=self.settle),)

    def loss(self, batch: Batch, turn: Turn) -> Losses:
        """The squared error."""
        z = self.model.encoder(batch.x).float()
        turn.leave("codes", z)
        return {"squared error": squared_error(batch.x, self.model.decoder(z))}

    def settle(self, turn: Turn) -> None:
        """Where the codes lie."""
        follow(self.model.code_mean, self.model.code_std, turn.left("codes"))

    def held_out(self, model: nn.Module, batch: Batch, noise: Noise) -> Losses:
        """The squared error of `model`."""
        assert isinstance(model, Autoencoder)
        x = batch.x
        return {"squared error": squared_error(x, model.decoder(model.encoder(x).float()))}


def squared_error(x: Tensor, reconstruction: Tensor) -> Tensor:
    """Mean over examples of the squared distance between x and its reconstruction."""
    return (x - reconstruction.float()).square().flatten(1).sum(1).mean()
