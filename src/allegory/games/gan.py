"""The generative adversarial network: a generator against a discriminator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from allegory.media import Images
from allegory.models.gan import Adversarial
from allegory.networks.augment import CHANCES, diff_augment
from allegory.networks.growing import Growing, coarsen, level_at
from allegory.networks.pyramid import details
from allegory.networks.spectral import update_spectral
from allegory.objectives.adversarial import ADVERSARIAL, Loss
from allegory.objectives.adversarial import Adversarial as Objective
from allegory.objectives.energy import inhomogeneity
from allegory.objectives.penalties import between, slopes, unit_slope, zero_slope
from allegory.sampling.units import scale_of
from allegory.training.game import Batch, Game, Losses, Player, Turn

if TYPE_CHECKING:
    from allegory.training.noise import Noise

__all__ = ["GANGame", "Penalties", "told_apart"]

TOLD = 0.77
"""How well the discriminator tells pairs at most, from -1 to 1, before pictures are changed more.
Karras et al. (2020), "Training generative adversarial networks with limited data", section 3.1,
ask for 0.6 of the signs of its scores: four of five on their side of 0. If scores of either kind
are normal around such middles, 88 % of the differences have the right sign: 0.77 of pairs."""
ADAPTED = 100_000
"""Images over which the changes can go from none to all: theirs is 500,000, for longer runs."""


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
    half_life: int = 0
    """Images after which the weights are halved, again and again; 0: they stay."""

    def due(self, turn: Turn) -> float:
        """How many times over the penalties are paid in this turn."""
        if turn.step % self.every:
            return 0.0
        faded = 0.5 ** (turn.images / self.half_life) if self.half_life else 1.0
        return self.every * faded


class GANGame(Game):
    """The discriminator learns to tell real from generated, the generator not to be told.

    Goodfellow et al. (2014), "Generative adversarial nets", algorithm 1, with the losses of
    `objectives.adversarial`.
    """

    model: Adversarial
    strength: Tensor
    scale: Tensor | None
    resolution = 0.003

    def __init__(
        self,
        model: Adversarial,
        *,
        loss: Loss,
        penalties: Penalties,
        turns: int = 1,
        label: str | None = None,
        drop: float = 0.0,
        augment: bool = False,
        growth_images: int = 0,
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
            augment: whether pictures are changed before the discriminator sees them, as much as
                keeps it from learning them by heart.
            growth_images: images over which a growing model grows; 0: it is grown from the start.
        """
        super().__init__()
        self.model, self.objective, self.penalties = model, ADVERSARIAL[loss], penalties
        self.sloped = ("critic",) if penalties.real or penalties.fake or penalties.unit else ()
        self.turns, self.drop, self.growth_images = turns, drop, growth_images
        self.columns = (label,) if label else ()
        self.augment = augment and isinstance(model.media, Images)
        self.coupled = bool(growing(self.model))  # their critic sees how much a batch varies
        self.register_buffer("strength", torch.zeros(()))
        self.register_buffer("scale", scale_of(model.media), persistent=False)
        self.grow(0)

    def players(self) -> tuple[Player, ...]:
        """The generator, then the discriminator on what it made."""
        return (
            Player(
                name="generator",
                owns=("model.generator",),
                loss=self.generator_loss,
                every=self.turns,
            ),
            Player(
                name="discriminator",
                owns=("model.critic",),
                loss=self.discriminator_loss,
                settle=self.settle,
            ),
        )

    def generator_loss(self, batch: Batch, turn: Turn) -> Losses:
        """How well the discriminator tells what it makes."""
        labels = self.labels(batch, turn)
        fake = self.generate(labels, turn)
        turn.leave("fake", fake)
        if labels is not None:
            turn.leave("labels", labels)
        score = self.model.critic(self.changed(fake, turn), labels)
        real = torch.zeros_like(score)
        if self.objective.paired:
            with torch.no_grad():  # it does not depend on what the generator does
                real = self.model.critic(self.changed(self.real(batch), turn), labels)
        return {"adversarial": self.objective.generator(real, score).mean()}

    def discriminator_loss(self, batch: Batch, turn: Turn) -> Losses:
        """How badly it tells real from generated, and the weighted penalties."""
        if "fake" in turn.table:  # judged as of the classes that they were made for
            fake, labels = turn.left("fake"), turn.left("labels") if self.columns else None
        else:
            labels = self.labels(batch, turn)
            with torch.no_grad():
                fake = self.generate(labels, turn)
        real, fake = self.changed(self.real(batch), turn), self.changed(fake, turn)
        return told_apart(
            self.model.critic,
            real,
            fake,
            labels,
            self.objective,
            self.penalties,
            turn,
            self.scale,
        )

    def settle(self, turn: Turn) -> None:
        """Follow the weights, adapt the strength of the changes, and grow."""
        update_spectral(self.model.critic)
        if self.augment:
            # E[sign(D(real) - D(fake))]: the measure r_t of Karras et al. (2020), section 3.1, for
            # losses of which only differences of scores mean something
            told = 2.0 * turn.left("told").mean() - 1.0
            self.strength += (told - TOLD).sign() * (turn.noise.batch / ADAPTED)
            self.strength.clamp_(0.0, 1.0)
        self.grow(turn.images)

    def grow(self, images: int) -> None:
        """Let growing networks have the level that they have after so many images."""
        for module in growing(self.model):
            levels = module.network.levels
            each = self.growth_images // max(2 * levels, 1)
            module.level.fill_(level_at(images, levels, each=each) if each else levels)

    def real(self, batch: Batch) -> Tensor:
        """The examples as they are shown to the discriminator at its level."""
        grown = growing(self.model)
        return coarsen(batch.x, float(grown[0].level)) if grown else batch.x

    def changed(self, x: Tensor, turn: Turn) -> Tensor:
        """Pictures with random changes; anything else as it is."""
        if not self.augment:
            return x
        return diff_augment(x, turn.noise.uniform(CHANCES), self.strength)

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
        """How differently samples of `model` and held-out examples are distributed, from 0 to 1.

        By the layout and the texture of pictures, at several sizes; by vectors in deviations.
        """
        assert isinstance(model, Adversarial)
        labels = batch.columns[self.columns[0]] if self.columns else None
        fake = model.decode(noise.normal(model.latents), labels=labels)
        x, y = (details(side.float(), model.media) for side in (batch.x, fake))
        apart = inhomogeneity(x, y, matched=labels is not None)
        # coarse pictures may be nearer than the first fine ones, and are not what is asked for
        grown = all(m.level >= m.network.levels for m in growing(model))
        return {"inhomogeneity": apart} if grown else {}


def told_apart(
    critic: nn.Module,
    real: Tensor,
    fake: Tensor,
    labels: Tensor | None,
    objective: Objective,
    penalties: Penalties,
    turn: Turn,
    scale: Tensor | None,
) -> Losses:
    """How badly a discriminator tells real from generated, and what it pays for its slope.

    It leaves on the table which pairs it told. Slopes are taken by examples, of vectors in
    deviations of the data: units change nothing.

    Args:
        critic: the discriminator.
        real: examples (n, *media.shape).
        fake: generated ones, as many.
        labels: the classes that both are judged as of, (n,); None: none.
        objective: what it plays for.
        penalties: what it pays.
        turn: the move.
        scale: deviations of the data, where the examples are vectors.
    """

    def steep(scores: Tensor, x: Tensor) -> Tensor:
        raw = slopes(scores, x)
        return raw if scale is None else raw * scale

    x, due = torch.cat([real, fake]), penalties.due(turn)
    both = None if labels is None else torch.cat([labels, labels])
    scores = critic(x.requires_grad_(due > 0), both, piles=2)
    of_real, of_fake = scores.chunk(2)
    turn.leave("told", (of_real > of_fake).float())
    losses = {"adversarial": objective.discriminator(of_real, of_fake).mean()}
    if due and (penalties.real or penalties.fake):
        r1, r2 = zero_slope(steep(scores, x)).chunk(2)
        losses["R1"] = due * penalties.real * r1.mean()
        losses["R2"] = due * penalties.fake * r2.mean()
    if due and penalties.unit:
        points = between(real, fake, turn.noise.uniform()).requires_grad_()
        slope = steep(critic(points, labels), points)
        losses["gradient penalty"] = due * penalties.unit * unit_slope(slope).mean()
    return losses


def growing(model: nn.Module) -> list[Growing]:
    """The networks of a model that grow."""
    return [module for module in model.modules() if isinstance(module, Growing)]
