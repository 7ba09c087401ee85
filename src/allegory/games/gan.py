"""The generative adversarial network: a generator against a discriminator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from allegory.models.gan import Adversarial
from allegory.networks.pyramid import details
from allegory.objectives.adversarial import ADVERSARIAL, Loss
from allegory.objectives.energy import energy_distance
from allegory.objectives.penalties import between, slopes, unit_slope, zero_slope
from allegory.training.game import Batch, Game, Losses, Player, Turn

if TYPE_CHECKING:
    from allegory.training.noise import Noise

__all__ = ["GANGame", "Penalties"]


@dataclass(frozen=True)
class Penalties:
    """Weights of the penalties on the discriminator's slope, and how often they are paid."""

    real: float = 0.0
    """Gamma of R1, on real examples."""
    fake: float = 0.0
    """Gamma of R2, on generated ones."""
    unit: float = 0.0
    """Lambda of the gradient penalty, between the two."""
    every: int = 1
    """Paid in one of so many rounds, as many times over: Karras et al. (2020), "Analyzing and
    improving the image quality of StyleGAN", section 3.1."""


class GANGame(Game):
    """The discriminator learns to tell real from generated, the generator not to be told.

    Goodfellow et al. (2014), "Generative adversarial nets", algorithm 1, with the losses of
    `objectives.adversarial`.
    """

    model: Adversarial

    def __init__(
        self,
        model: Adversarial,
        *,
        loss: Loss,
        penalties: Penalties,
        turns: int = 1,
        label: str | None = None,
        drop: float = 0.0,
    ) -> None:
        """Two players.

        Args:
            model: what is trained.
            loss: what they play for.
            penalties: what the discriminator pays for its slope.
            turns: moves of the discriminator for each of the generator.
            label: column of the classes of a conditional model.
            drop: share of examples whose label is taken away, so that the model also learns to
                sample without one.
        """
        super().__init__()
        self.model, self.objective, self.penalties = model, ADVERSARIAL[loss], penalties
        self.turns, self.drop = turns, drop
        self.columns = (label,) if label else ()

    def players(self) -> tuple[Player, ...]:
        """The generator, then the discriminator on what it made."""
        return (
            Player(
                name="generator",
                owns=("model.generator",),
                loss=self.generator_loss,
                every=self.turns,
            ),
            Player(name="discriminator", owns=("model.critic",), loss=self.discriminator_loss),
        )

    def generator_loss(self, batch: Batch, turn: Turn) -> Losses:
        """How well the discriminator tells what it makes."""
        labels = self.labels(batch, turn)
        fake = self.generate(labels, turn)
        turn.leave("fake", fake)
        if labels is not None:
            turn.leave("labels", labels)
        score = self.model.critic(fake, labels)
        real = torch.zeros_like(score)
        if self.objective.paired:
            with torch.no_grad():  # it does not depend on what the generator does
                real = self.model.critic(batch.x, labels)
        return {"adversarial": self.objective.generator(real, score).mean()}

    def discriminator_loss(self, batch: Batch, turn: Turn) -> Losses:
        """How badly it tells real from generated, and the weighted penalties."""
        real = batch.x
        if "fake" in turn.table:  # judged as of the classes that they were made for
            fake, labels = turn.left("fake"), turn.left("labels") if self.columns else None
        else:
            labels = self.labels(batch, turn)
            with torch.no_grad():
                fake = self.generate(labels, turn)
        x = torch.cat([real, fake])
        p, due = self.penalties, turn.step % self.penalties.every == 0
        both = None if labels is None else torch.cat([labels, labels])
        scores = self.model.critic(x.requires_grad_(due), both)
        losses = {"adversarial": self.objective.discriminator(*scores.chunk(2)).mean()}
        if due and (p.real or p.fake):
            r1, r2 = zero_slope(slopes(scores, x)).chunk(2)
            losses["R1"] = p.every * p.real * r1.mean()
            losses["R2"] = p.every * p.fake * r2.mean()
        if due and p.unit:
            points = between(real, fake, turn.noise.uniform()).requires_grad_()
            slope = slopes(self.model.critic(points, labels), points)
            losses["gradient penalty"] = p.every * p.unit * unit_slope(slope).mean()
        return losses

    def generate(self, labels: Tensor | None, turn: Turn) -> Tensor:
        """A generated example for each of the batch, of its class."""
        z = turn.noise.normal(self.model.latents)
        out: Tensor = self.model.generator(z, labels).float()
        return out

    def labels(self, batch: Batch, turn: Turn) -> Tensor | None:
        """The classes of the batch (n,), some of them taken away: -1."""
        if not self.columns:
            return None
        kept = turn.noise.uniform() >= self.drop
        return torch.where(kept, batch.columns[self.columns[0]], -1)

    def held_out(self, model: nn.Module, batch: Batch, noise: Noise) -> Losses:
        """The energy distance between samples of `model` and held-out examples.

        Of the layout and the texture of pictures, at several sizes; of vectors in deviations. It
        has no bias, so that the mean over batches is the distance over all.
        """
        assert isinstance(model, Adversarial)
        labels = batch.columns[self.columns[0]] if self.columns else None
        fake = model.decode(noise.normal(model.latents), labels=labels)
        x, y = (details(side.float(), model.media) for side in (batch.x, fake))
        return {"energy distance": energy_distance(x, y, matched=labels is not None)}
