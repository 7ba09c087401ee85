"""Just train twice: a classifier that draws those examples more often that a first one misses."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from allegory.data.views import JITTERS, jitter
from allegory.media import Images
from allegory.models.classifier import Classifier
from allegory.objectives.classification import MISSING, cross_entropy
from allegory.training.game import Batch, Game, Losses, Player, Turn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from allegory.training.noise import Noise

__all__ = ["UpweightingGame"]


class UpweightingGame(Game):
    """A scout learns first; the examples that it misses weigh more for the classifier.

    Liu et al. (2021), "Just train twice: improving group robustness without training group
    information", algorithm 1. No group is known to it.
    """

    model: Classifier
    weights: Tensor

    def __init__(
        self,
        model: Classifier,
        *,
        examples: int,
        first: int,
        upweight: float,
        augment: bool = False,
    ) -> None:
        """Two players, one after the other.

        Args:
            model: what is trained.
            examples: how many there are to train on.
            first: images that the scout sees: T epochs.
            upweight: how often an example that it misses is drawn, where others are once.
            augment: move, turn and scale each training picture a little.
        """
        super().__init__()
        self.model, self.scout = model, copy.deepcopy(model)
        self.first, self.upweight = first, upweight
        self.columns, self.stages = (model.label,), (first,)
        self.augment = augment and isinstance(model.media, Images)
        self.register_buffer("weights", torch.zeros(examples))  # until the scout has ended

    def players(self) -> tuple[Player, ...]:
        """The scout, then the classifier."""
        return (
            Player(
                name="scout",
                owns=("scout",),
                loss=lambda batch, turn: self.learn(self.scout, batch, turn),
                until=self.first,
            ),
            Player(
                name="classifier",
                owns=("model",),
                loss=lambda batch, turn: self.learn(self.model, batch, turn),
                since=self.first,
            ),
        )

    def learn(self, model: Classifier, batch: Batch, turn: Turn) -> Losses:
        """The cross-entropy of `model` in training."""
        x = jitter(batch.x, turn.noise.uniform(JITTERS)) if self.augment else batch.x
        return self.cross_entropy(model, x, batch)

    def held_out(self, model: nn.Module, batch: Batch, noise: Noise) -> Losses:
        """The cross-entropy of `model`, which has learned nothing before the scout has ended."""
        assert isinstance(model, Classifier)
        found = self.cross_entropy(model, batch.x, batch)
        return found if self.weights.any() else {}

    def cross_entropy(self, model: Classifier, x: Tensor, batch: Batch) -> Losses:
        """Mean over examples; one whose class is missing counts as 0."""
        return {
            "cross-entropy": cross_entropy(model.encoder(x), batch.columns[model.label]).mean()
        }

    def weigh(self, examples: Iterable[Batch], images: int) -> Tensor | None:
        """Once the scout has ended: those that it misses weigh more."""
        if images < self.first:
            return None
        if not self.weights.any():
            missed = torch.cat([self.missed(batch) for batch in examples])
            self.weights.copy_(1.0 + (self.upweight - 1.0) * missed)
        return self.weights

    def missed(self, batch: Batch) -> Tensor:
        """Whether the scout tells another class than the known one, (n,)."""
        truth = batch.columns[self.model.label]
        told: Tensor = self.scout.encoder(batch.x).argmax(1)
        return (told != truth) & (truth != MISSING)
