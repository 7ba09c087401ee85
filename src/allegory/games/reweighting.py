"""Automatic feature reweighting: the last layer learns anew, more from what is told with doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from allegory.data.views import JITTERS, jitter
from allegory.media import Images
from allegory.models.classifier import Classifier
from allegory.objectives.classification import MISSING, cross_entropy
from allegory.training.game import Batch, Game, Losses, Player, Turn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from allegory.training.noise import Noise

__all__ = ["ReweightingGame", "apart"]


class ReweightingGame(Game):
    """A classifier learns from a part of the examples, then its last layer from the rest.

    Qiu et al. (2023), "Simple and fast group robustness by automatic feature reweighting",
    algorithm 1: in the second stage an example weighs exp(-gamma p) over the size of its class, p
    the probability of its class after the first, and the layer pays for its distance from what it
    was. No group is known to it.
    """

    model: Classifier
    kept: Tensor
    second: Tensor
    anchor: Tensor

    def __init__(
        self,
        model: Classifier,
        *,
        kept: NDArray[np.bool_],
        first: int,
        gamma: float,
        hold: float,
        augment: bool = False,
    ) -> None:
        """Two players: the last layer, and all before it.

        Args:
            model: what is trained.
            kept: which of the training examples are kept for the second stage, (n,).
            first: images of the first.
            gamma: 0 or more: how much more an example weighs that is told with doubt.
            hold: 0 or more: what its squared distance from where it was costs the last layer.
            augment: move, turn and scale each training picture a little.
        """
        super().__init__()
        self.model, self.first, self.gamma, self.hold = model, first, gamma, hold
        self.columns, self.stages = (model.label,), (first,)
        self.augment = augment and isinstance(model.media, Images)
        self.register_buffer("kept", torch.from_numpy(kept).float(), persistent=False)
        # all 0 until the second stage begins
        self.register_buffer("second", torch.zeros(len(kept)))
        self.register_buffer("anchor", torch.zeros_like(self.last_layer()))

    def players(self) -> tuple[Player, ...]:
        """The layers below until the second stage, and the last one throughout."""
        *below, last = (f"model.{name}" for name in layers(self.model))
        return (
            Player(name="features", owns=tuple(below), loss=self.loss, until=self.first),
            Player(name="last layer", owns=(last,), loss=self.last_loss),
        )

    def last_layer(self) -> Tensor:
        """The weights of the last layer, one after the other."""
        *_, last = layers(self.model).values()
        return torch.cat([weight.flatten() for weight in last.parameters()])

    def loss(self, batch: Batch, turn: Turn) -> Losses:
        """The cross-entropy."""
        x = jitter(batch.x, turn.noise.uniform(JITTERS)) if self.augment else batch.x
        return self.cross_entropy(self.model, x, batch)

    def last_loss(self, batch: Batch, turn: Turn) -> Losses:
        """The cross-entropy, and in the second stage the distance from where it began."""
        away = (self.last_layer() - self.anchor).square().sum()
        return self.loss(batch, turn) | {"distance": self.hold * self.second.any() * away}

    def held_out(self, model: nn.Module, batch: Batch, noise: Noise) -> Losses:
        """The cross-entropy of `model` in the second stage: what was before is not yet the aim."""
        assert isinstance(model, Classifier)
        found = self.cross_entropy(model, batch.x, batch)
        return found if self.second.any() else {}

    def cross_entropy(self, model: Classifier, x: Tensor, batch: Batch) -> Losses:
        """Mean over examples; one whose class is missing counts as 0."""
        return {
            "cross-entropy": cross_entropy(model.encoder(x), batch.columns[model.label]).mean()
        }

    def weigh(self, examples: Iterable[Batch], images: int) -> Tensor:
        """In the first stage those that are not kept apart, in the second those that are."""
        if images < self.first:
            return 1.0 - self.kept
        if not self.second.any():
            self.begin(examples)
        return self.second

    def begin(self, examples: Iterable[Batch]) -> None:
        """Begin the second stage: set the weights of those kept apart, and hold the last layer."""
        told = [(self.model.predict_proba(b.x), b.columns[self.model.label]) for b in examples]
        p, truth = torch.cat([p for p, _ in told]), torch.cat([y for _, y in told])
        truth = truth.clamp(min=0)  # those that are missing are not kept
        counts = torch.zeros(p.shape[1], device=p.device).index_add_(0, truth, self.kept)
        sure = p.gather(1, truth[:, None])[:, 0]
        self.second.copy_(self.kept * torch.exp(-self.gamma * sure) / counts[truth].clamp(min=1))
        self.anchor.copy_(self.last_layer())


def apart(truth: NDArray[np.integer], share: float) -> NDArray[np.bool_]:
    """Which examples are kept for the second stage, (n,): of each class this share, drawn.

    Of a class of two or more examples both stages have one at least; one whose class is missing is
    of no use to the second.

    Args:
        truth: (n,), index of the class.
        share: from 0 to 1.
    """
    kept = np.zeros(len(truth), bool)
    rng = np.random.default_rng(0)
    for k in np.unique(truth[truth != MISSING]):
        rows = rng.permutation(np.flatnonzero(truth == k))
        count = min(max(1, round(share * len(rows))), len(rows) - 1)
        kept[rows[:count]] = True
    return kept


def layers(model: nn.Module) -> dict[str, nn.Module]:
    """The parts of a model that have weights of their own, by name, from the first to the last."""
    return {
        name: part
        for name, part in model.named_modules()
        if next(part.parameters(recurse=False), None) is not None
    }
