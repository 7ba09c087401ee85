"""Contrastive learning: one player, who finds the other view of an example among all."""

from torch import Tensor, nn

from allegory.data.views import CHANCES, view
from allegory.games.running import follow
from allegory.models.features import FeatureNetwork
from allegory.networks.mlp import MLP
from allegory.objectives.contrastive import nt_xent
from allegory.sampling.units import scale_of
from allegory.training.game import Batch, Game, Losses, Player, Turn
from allegory.training.noise import Noise

__all__ = ["ContrastiveGame"]


class ContrastiveGame(Game):
    """Minimises NT-Xent between two random views of each example: learns features, unlabelled.

    Chen et al. (2020), "A simple framework for contrastive learning of visual representations"
    (SimCLR): the loss reads the features through a head that is thrown away.
    """

    JITTER = 0.2
    """Noise on vectors, in standard deviations of their columns."""

    HEAD = (256, 64)
    """Widths of the head."""

    model: FeatureNetwork
    scale: Tensor | None
    coupled = True

    def __init__(self, model: FeatureNetwork, *, temperature: float = 0.2) -> None:
        super().__init__()
        self.model, self.temperature = model, temperature
        self.head = MLP(model.features, *self.HEAD)
        self.register_buffer("scale", scale_of(model.media), persistent=False)

    def players(self) -> tuple[Player, ...]:
        """One, who owns network and head."""
        return (
            Player(name="contrastive", owns=("model", "head"), loss=self.loss, settle=self.settle),
        )

    def loss(self, batch: Batch, turn: Turn) -> Losses:
        """NT-Xent over the batch: more examples in it, more nats."""
        a, b = self.views(self.model, batch.x, turn.noise)
        turn.leave("features", a)
        return self.contrast(a, b)

    def settle(self, turn: Turn) -> None:
        """Where the features lie."""
        follow(self.model.code_mean, self.model.code_std, turn.left("features"))

    def held_out(self, model: nn.Module, batch: Batch, noise: Noise) -> Losses:
        """The same of `model`."""
        assert isinstance(model, FeatureNetwork)
        return self.contrast(*self.views(model, batch.x, noise))

    def views(self, model: FeatureNetwork, x: Tensor, noise: Noise) -> tuple[Tensor, Tensor]:
        """Features, not standardised, of two views of x (n, *media.shape): (n, features) each."""
        small = model.reduce(x)
        a, b = (model.encoder(self.view(small, noise)).float() for _ in range(2))
        return a, b

    def contrast(self, a: Tensor, b: Tensor) -> Losses:
        """The loss of the features of two views."""
        return {"nt-xent": nt_xent(self.head(a), self.head(b), self.temperature)}

    def view(self, small: Tensor, noise: Noise) -> Tensor:
        """A random view of each example."""
        if self.scale is None:
            return view(small, noise.uniform(CHANCES))
        return small + self.JITTER * self.scale * noise.normal(*self.model.media.shape)
