"""The classifier: one player, who tells the classes of examples apart."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from allegory.data.views import JITTERS, jitter
from allegory.media import Images
from allegory.models.classifier import Classifier
from allegory.objectives.classification import cross_entropy
from allegory.progress import say
from allegory.training.game import Batch, Game, Losses, Player, Turn
from allegory.training.noise import Noise

__all__ = ["ClassifierGame", "Oversampling"]


@dataclass(frozen=True)
class Oversampling:
    """Which training examples are drawn more often."""

    strange: Callable[[Tensor], Tensor]
    """Examples (n, *media.shape) to whether each is one, (n,) bool."""
    weight: float
    """How often one is drawn, where others are once."""
    examples: int
    """How many there are to train on."""


class ClassifierGame(Game):
    """Minimises −log P(class of x | x), in nats."""

    model: Classifier
    drawn: Tensor

    def __init__(
        self, model: Classifier, *, augment: bool = True, oversampling: Oversampling | None = None
    ) -> None:
        """One player on `model`.

        Args:
            model: what is trained.
            augment: move, turn and scale each training picture a little.
            oversampling: which examples are drawn more often; None: all are drawn alike.
        """
        super().__init__()
        self.model, self.columns = model, (model.label,)
        self.augment = augment and isinstance(model.media, Images)
        self.oversampling = oversampling
        self.told: Tensor | None = None
        if oversampling is not None:
            # all 0 until they are told: a run that goes on draws as it began
            self.register_buffer("drawn", torch.zeros(oversampling.examples))

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

    def weigh(self, examples: Iterable[Batch], images: int) -> Tensor | None:
        """More for those to be oversampled, which are told once."""
        if self.oversampling is None:
            return None
        if not self.drawn.any():
            if self.told is None:  # it may take minutes, and rounds that are tried are undone
                say(f"looking for outliers among {self.oversampling.examples:,} examples.")
                self.told = torch.cat([self.oversampling.strange(b.x).cpu() for b in examples])
            self.drawn.copy_(1.0 + (self.oversampling.weight - 1.0) * self.told.float())
        return self.drawn
