"""Automatic feature reweighting: the last layer learns anew, more from what is told with doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from allegory.models.classifier import Classifier
from allegory.objectives.classification import MISSING, cross_entropy
from allegory.training.game import Batch, Game, Losses, Player, Turn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from allegory.training.noise import Noise

__all__ = ["ReweightingGame"]


class ReweightingGame(Game):
    """A classifier learns from a part of the examples, then its last layer from the rest.

    Qiu et al. (2023), "Simple and fast group robustness by automatic feature reweighting",
    algorithm 1: in the second stage an example weighs exp(-gamma p) over the size of its class, p
    the probability of its class after the first. No group is known to it. Theirs also holds the
    layer near what it was; here the falling learning rate does.
    """

    model: Classifier
    kept: Tensor
    second: Tensor

    def __init__(
        self, model: Classifier, *, examples: int, first: int, apart: float, gamma: float
    ) -> None:
        """Two players: the last layer, and all before it.

        Args:
            model: what is trained.
            examples: how many there are to train on.
            first: images of the first stage.
            apart: share of the examples that is kept for the second.
            gamma: 0 or more: how much more an example weighs that is told with doubt.
        """
        super().__init__()
        self.model, self.first, self.gamma = model, first, gamma
        self.columns = (model.label,)
        drawn = torch.randperm(examples, generator=torch.Generator().manual_seed(0))
        kept = torch.zeros(examples)
        kept[drawn[: max(1, round(apart * examples))]] = 1.0
        self.register_buffer("kept", kept, persistent=False)
        self.register_buffer("second", torch.zeros(examples))  # all 0 until the stage begins

    def players(self) -> tuple[Player, ...]:
        """The layers below until the second stage, and the last one throughout."""
        layers = [name for name, part in self.model.named_modules() if has_weights(part)]
        *below, last = (f"model.{name}" for name in layers)
        return (
            Player(name="features", owns=tuple(below), loss=self.loss, until=self.first),
            Player(name="last layer", owns=(last,), loss=self.loss),
        )

    def loss(self, batch: Batch, turn: Turn) -> Losses:
        """The cross-entropy."""
        return self.cross_entropy(self.model, batch)

    def held_out(self, model: nn.Module, batch: Batch, noise: Noise) -> Losses:
        """The cross-entropy of `model`."""
        assert isinstance(model, Classifier)
        return self.cross_entropy(model, batch)

    def cross_entropy(self, model: Classifier, batch: Batch) -> Losses:
        """Mean over examples; one whose class is missing counts as 0."""
        logits = model.encoder(batch.x)
        return {"cross-entropy": cross_entropy(logits, batch.columns[model.label]).mean()}

    def weigh(self, examples: Iterable[Batch], images: int) -> Tensor:
        """In the first stage those that are not kept apart, in the second those that are."""
        if images < self.first:
            return 1.0 - self.kept
        if not self.second.any():
            batches = [
                (self.model.predict_proba(b.x), b.columns[self.model.label]) for b in examples
            ]
            p, truth = torch.cat([p for p, _ in batches]), torch.cat([y for _, y in batches])
            known = self.kept * (truth != MISSING)
            truth = truth.clamp(min=0)
            counts = torch.zeros(p.shape[1], device=p.device).index_add_(0, truth, known)
            sure = p.gather(1, truth[:, None])[:, 0]
            self.second.copy_(known * torch.exp(-self.gamma * sure) / counts[truth].clamp(min=1))
        return self.second


def has_weights(part: nn.Module) -> bool:
    """Whether a module has weights of its own."""
    return next(part.parameters(recurse=False), None) is not None
