"""Just train twice: a classifier that draws those examples more often that a first one misses."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

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

    def __init__(self, model: Classifier, *, first: int, upweight: float) -> None:
        """Two players, one after the other.

        Args:
            model: what is trained.
            first: images that the scout sees: T epochs.
            upweight: how often an example that it misses is drawn, where others are once.
        """
        super().__init__()
        self.model, self.scout = model, copy.deepcopy(model)
        self.first, self.upweight = first, upweight
        self.columns = (model.label,)

    def players(self) -> tuple[Player, ...]:
        """The scout, then the classifier."""
        return (
            Player(
                name="scout",
                owns=("scout",),
                loss=lambda batch, turn: self.cross_entropy(self.scout, batch),
                until=self.first,
            ),
            Player(name="classifier", owns=("model",), loss=self.loss, since=self.first),
        )

    def loss(self, batch: Batch, turn: Turn) -> Losses:
        """The cross-entropy of the classifier."""
        return self.cross_entropy(self.model, batch)

    def held_out(self, model: nn.Module, batch: Batch, noise: Noise) -> Losses:
        """The cross-entropy of `model`."""
        assert isinstance(model, Classifier)
        return self.cross_entropy(model, batch)

    def cross_entropy(self, model: Classifier, batch: Batch) -> Losses:
        """Mean over examples; one whose class is missing counts as 0."""
        logits = model.encoder(batch.x)
        return {"cross-entropy": cross_entropy(logits, batch.columns[model.label]).mean()}

    def weigh(self, examples: Iterable[Batch], images: int) -> Tensor | None:
        """Once the scout has ended: those that it misses weigh more."""
        if images < self.first:
            return None
        missed = []
        for batch in examples:
            truth = batch.columns[self.model.label]
            told = self.scout.encoder(batch.x).argmax(1)
            missed.append((told != truth) & (truth != MISSING))
        return 1.0 + (self.upweight - 1.0) * torch.cat(missed).float()
