"""The classifier: one player, who tells the classes of examples apart."""

from torch import Tensor, nn

from allegory.data.views import JITTERS, jitter
from allegory.media import Images
from allegory.models.classifier import Classifier
from allegory.objectives.classification import cross_entropy
from allegory.training.game import Batch, Game, Losses, Player, Turn
from allegory.training.noise import Noise

__all__ = ["ClassifierGame"]


class ClassifierGame(Game):
    """Minimises −log P(class of x | x), in nats."""

    model: Classifier

    def __init__(self, model: Classifier, *, augment: bool = True) -> None:
        """One player on `model`.

        Args:
            model: what is trained.
            augment: move, turn and scale each training picture a little.
        """
        super().__init__()
        self.model, self.columns = model, (model.label,)
        self.augment = augment and isinstance(model.media, Images)

    def players(self) -> tuple[Player, ...]:
        """One, who owns the whole model."""
        return (Player(name="classifier", owns=("model",), loss=self.loss),)

    def loss(self, batch: Batch, turn: Turn) -> Losses:
        """The cross-entropy."""
        x = jitter(batch.x, turn.noise.uniform(JITTERS)) if self.augment else batch.x
        return self.cross_entropy(self.model, x, batch.columns)

    def held_out(self, model: nn.Module, batch: Batch, noise: Noise) -> Losses:
        """The cross-entropy of `model`: the log of the number of classes for one that guesses."""
        assert isinstance(model, Classifier)
        return self.cross_entropy(model, batch.x, batch.columns)

    def cross_entropy(self, model: Classifier, x: Tensor, columns: dict[str, Tensor]) -> Losses:
        """Mean over examples; one whose class is missing counts as 0."""
        return {"cross-entropy": cross_entropy(model.encoder(x), columns[model.label]).mean()}
