"""Consistency: one player, who learns to go in a step as far as a diffusion model in many."""

from __future__ import annotations

import copy
from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from allegory.games.diffusion import denoising_error, kept_labels, stratified
from allegory.games.gan import Penalties, told_apart
from allegory.models.consistency import Consistent
from allegory.networks.pyramid import details
from allegory.objectives.adversarial import ADVERSARIAL
from allegory.objectives.denoising import along, scalings, squared_error
from allegory.objectives.energy import inhomogeneity
from allegory.sampling.schedules import Schedule
from allegory.sampling.solvers import heun_step
from allegory.sampling.units import scale_of
from allegory.training.game import Batch, Game, Losses, Player, Turn

if TYPE_CHECKING:
    from allegory.training.noise import Noise

__all__ = ["ConsistencyGame"]

SMOOTH = 0.03
"""Difference of what is predicted below which the loss bends: c of the pseudo-Huber norm."""
TEACHER = 8
"""Steps of the teacher that the model learns to make in one."""
LOWEST = 0.002
"""Noise below which an example is taken for clean."""
PENALTIES = Penalties(real=1.0, fake=1.0, every=4)
"""What the discriminator pays: as in the recipe gan."""
YOUNG = 0.05
"""Half-life of a weight's share in the teacher, in the images seen."""


class ConsistencyGame(Game):
    """A step of f from noise σ ends where one from a little less noise ends.

    Heek et al. (2024), "Multistep consistency models", algorithm 1, by distillation: the levels of
    the model cut the way from noise to examples into pieces, and each piece is cut into TEACHER
    steps. A teacher that denoises makes one of them, by Heun's method; from there f, held fixed,
    steps to the end of the piece, and that is where f is to step to from the whole noise. What is
    compared is what the network predicts, by the pseudo-Huber norm of Song & Dhariwal (2023),
    "Improved techniques for training consistency models", equation 7. The teacher is either the
    model as it came, or the average of what it becomes in a first stage, which is diffusion.

    A mean square of what can't be told from noise is blurred, and so are steps that minimise it. A
    discriminator therefore tells the samples, made from noise in all steps, from examples, as in
    Kim et al. (2024), "Consistency trajectory models", section 3.4.
    """

    model: Consistent
    levels: Tensor
    scale: Tensor | None
    resolution = 0.01

    def __init__(
        self,
        model: Consistent,
        *,
        mean: float,
        deviation: float,
        first: int,
        critic: nn.Module | None = None,
        adversarial: float = 0.0,
        label: str | None = None,
        drop: float = 0.0,
    ) -> None:
        """A player on `model`, and one on `critic`.

        Args:
            model: what is trained.
            mean: of ln σ in the first stage, σ in spreads of the data.
            deviation: of ln σ there.
            first: images over which it is diffusion; 0: the model denoises already.
            critic: the discriminator; None: none.
            adversarial: weight of what it tells, beside the consistency.
            label: column of the classes of a conditional model.
            drop: share of examples whose label is taken away.
        """
        super().__init__()
        self.model, self.drop, self.first = model, drop, first
        self.critic, self.adversarial = critic, adversarial
        self.objective = ADVERSARIAL["relativistic"]
        self.teacher = copy.deepcopy(model).eval().requires_grad_(False)
        self.mean, self.deviation = mean + torch.tensor(model.spread).log().item(), deviation
        self.columns = (label,) if label else ()
        self.register_buffer("levels", pieces(model.levels), persistent=False)
        self.register_buffer("scale", scale_of(model.media), persistent=False)

    def players(self) -> tuple[Player, ...]:
        """One who owns the whole model, and the discriminator after the first stage."""
        loss, settle = self.loss, self.settle
        own = Player(name="consistency", owns=("model",), loss=loss, settle=settle)
        if self.critic is None:
            return (own,)
        loss = self.discriminator_loss
        return (own, Player(name="discriminator", owns=("critic",), loss=loss, since=self.first))

    def loss(self, batch: Batch, turn: Turn) -> Losses:
        """In the first stage that of diffusion, then how far apart both steps end."""
        labels = kept_labels(self, batch, turn.noise, self.drop)
        if turn.images < self.first:
            error = denoising_error(
                self.model,
                batch.x,
                turn.noise,
                labels,
                mean=self.mean,
                deviation=self.deviation,
            )
            return {"consistency": error.mean()}
        square = self.apart(self.model.units.to_standard(batch.x), turn.noise, labels)
        apart = {"consistency": ((square + SMOOTH**2).sqrt() - SMOOTH).mean()}
        return apart if self.critic is None else apart | self.adversarial_loss(batch, turn, labels)

    def adversarial_loss(self, batch: Batch, turn: Turn, labels: Tensor | None) -> Losses:
        """How well the discriminator tells samples of all steps, weighted."""
        assert self.critic is not None
        fake = self.made(turn, labels)
        turn.leave("fake", fake)
        if labels is not None:
            turn.leave("labels", labels)
        score = self.critic(fake, labels)
        with torch.no_grad():
            real = self.critic(batch.x, labels)
        return {"adversarial": self.adversarial * self.objective.generator(real, score).mean()}

    def discriminator_loss(self, batch: Batch, turn: Turn) -> Losses:
        """How badly the discriminator tells these samples from the examples."""
        assert self.critic is not None
        if "fake" in turn.table:  # judged as of the classes that they were made for
            fake, labels = turn.left("fake"), turn.left("labels") if self.columns else None
        else:
            labels = kept_labels(self, batch, turn.noise, self.drop)
            with torch.no_grad():
                fake = self.made(turn, labels)
        return told_apart(
            self.critic, batch.x, fake, labels, self.objective, PENALTIES, turn, self.scale
        )

    def made(self, turn: Turn, labels: Tensor | None) -> Tensor:
        """Samples in all steps."""
        return self.model.decode(turn.noise.normal(self.model.latent.size), labels=labels)

    def apart(self, clean: Tensor, noise: Noise, labels: Tensor | None) -> Tensor:
        """Mean square between both of what the network predicts, in standard units: (n,)."""
        count, steps = self.levels.shape[0], self.levels.shape[1] - 1
        place = (stratified(noise) * count * steps).long().clamp(max=count * steps - 1)
        piece = self.levels[place // steps]
        sigma, less, end = (
            along(piece.gather(1, index[:, None]).squeeze(1), clean)
            for index in (place % steps, place % steps + 1, torch.full_like(place, steps))
        )
        x = clean + sigma * noise.normal(*clean.shape[1:])

        def found_by(model: Consistent, x: Tensor, sigma: Tensor) -> Tensor:
            return model.denoise(x, sigma.flatten(), labels=labels)

        with torch.no_grad():
            nearer = heun_step(lambda y, s: found_by(self.teacher, y, s), x, sigma, less)
            guess = found_by(self.model, nearer, less)
            goal = guess + (end / less) * (nearer - guess)
            # what a step from x to the same end finds: its equation, solved
            target = (goal - (end / sigma) * x) / (1.0 - end / sigma)
        guess, model = found_by(self.model, x, sigma), self.model
        return squared_error(
            target, guess, scalings(model.formulation, sigma.flatten(), model.spread)
        )

    def settle(self, turn: Turn) -> None:
        """In the first stage the teacher follows the model, as the average that is kept does."""
        if turn.images < self.first:
            new = 1.0 - 0.5 ** (turn.noise.batch / max(YOUNG * turn.images, 1e-9))
            torch._foreach_lerp_(
                list(self.teacher.parameters()), list(self.model.parameters()), new
            )

    def held_out(self, model: nn.Module, batch: Batch, noise: Noise) -> Losses:
        """How differently samples of `model` and held-out examples are distributed, from 0 to 1.

        The loss itself means another thing at each stage.
        """
        assert isinstance(model, Consistent)
        labels = batch.columns[self.columns[0]] if self.columns else None
        made = model.decode(noise.normal(model.latent.size), labels=labels)
        x, y = (details(side.float(), model.media) for side in (batch.x, made))
        return {"inhomogeneity": inhomogeneity(x, y, matched=labels is not None)}


def pieces(levels: tuple[float, ...]) -> Tensor:
    """The noise between one level and the next, in TEACHER steps: (levels, TEACHER + 1)."""
    ends = (*levels, LOWEST)
    cut = [
        Schedule(sigma_min=low, sigma_max=high).levels(TEACHER + 1) for high, low in pairwise(ends)
    ]
    return torch.stack(cut).float()
