"""Paired translation: near to the partner, and real to a critic of patches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from allegory.networks.pyramid import details
from allegory.objectives.adversarial import ADVERSARIAL
from allegory.objectives.energy import inhomogeneity
from allegory.training.game import Batch, Game, Losses, Player, Turn

if TYPE_CHECKING:
    from allegory.models.translation import Pix2Pix
    from allegory.training.noise import Noise

__all__ = ["Pix2PixGame"]


class Pix2PixGame(Game):
    """The generator answers with the partner, the critic learns to tell its answers.

    Isola et al. (2017), "Image-to-image translation with conditional adversarial networks",
    equations 1 to 4: the critic sees what is translated beside the answer, and noise is dropout.
    """

    model: Pix2Pix
    resolution = 0.002

    def __init__(
        self, model: Pix2Pix, critic: nn.Module | None, *, l1: float, adversarial: float
    ) -> None:
        """One player, or two.

        Args:
            model: what is trained.
            critic: pairs (n, channels of both, h, w) to scores of their patches; None: no one
                looks, and the mean of all that could be is the best answer.
            l1: weight of the distance to the partner.
            adversarial: weight of what the critic says.
        """
        super().__init__()
        self.model, self.critic = model, critic
        self.l1, self.adversarial = l1, adversarial
        self.objective = ADVERSARIAL["non-saturating"]

    def players(self) -> tuple[Player, ...]:
        """The generator, then the critic on what it made."""
        generator = Player(name="generator", owns=("model.generator",), loss=self.generator_loss)
        if self.critic is None:
            return (generator,)
        return (generator, Player(name="critic", owns=("critic",), loss=self.critic_loss))

    def generator_loss(self, batch: Batch, turn: Turn) -> Losses:
        """How far from the partner, and how easily told."""
        x, y = self.model.ends(batch.x)
        made = self.model.generator(x, turn.noise.uniform)
        losses = {"L1": self.l1 * (made - y).abs().mean()}
        if self.critic is not None:
            turn.leave("made", made)
            scores = self.critic(torch.cat([x, made], dim=1))
            told = self.objective.generator(scores, scores).mean()
            losses["adversarial"] = self.adversarial * told
        return losses

    def critic_loss(self, batch: Batch, turn: Turn) -> Losses:
        """How badly it tells partners from answers."""
        assert self.critic is not None
        x, y = self.model.ends(batch.x)
        pairs = [torch.cat([x, end], dim=1) for end in (y, turn.left("made"))]
        real, fake = self.critic(torch.cat(pairs)).chunk(2)
        return {"adversarial": self.objective.discriminator(real, fake).mean()}

    def held_out(self, model: nn.Module, batch: Batch, noise: Noise) -> Losses:
        """The distance to the partner; beside a critic also how differently both look as sets."""
        x, y = self.model.ends(batch.x)
        made = model.translate(x, self.model.targets[0])  # type: ignore[operator]
        losses = {"L1": (made - y).abs().mean()}
        if self.critic is not None:
            media = self.model.media.of(self.model.targets[0])
            seen = (details(side.float(), media) for side in (y, made))
            losses["inhomogeneity"] = inhomogeneity(*seen, matched=True)
        return losses
