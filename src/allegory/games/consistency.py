"""Consistency: one player, who learns to see an example through noise as through a little less."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from allegory.games.diffusion import kept_labels, stratified
from allegory.models.consistency import Consistent
from allegory.networks.pyramid import details
from allegory.objectives.denoising import along, noise_levels, scalings, squared_error
from allegory.objectives.energy import inhomogeneity
from allegory.sampling.units import to_standard
from allegory.training.game import Batch, Game, Losses, Player, Turn

if TYPE_CHECKING:
    from allegory.training.noise import Noise

__all__ = ["ConsistencyGame"]

SMOOTH = 1e-3
"""Difference of what is predicted below which the loss bends: c of the pseudo-Huber norm."""


class ConsistencyGame(Game):
    """Minimises E ‖f(x + σ ε; σ) - f(x + ρ ε; ρ)‖, the second held fixed, with ρ < σ.

    Geng et al. (2024), "Consistency models made easy", algorithm 1: with ρ = 0 it is diffusion,
    since f(x; 0) = x; then ρ / σ rises to 1 in halvings of the rest, and f to the end of the
    probability-flow equation's way. The norm is the pseudo-Huber one of Song & Dhariwal (2023),
    "Improved techniques for training consistency models", equation 7, of what the network
    predicts.
    """

    model: Consistent
    resolution = 0.01

    def __init__(
        self,
        model: Consistent,
        *,
        mean: float,
        deviation: float,
        first: int,
        halving: int,
        label: str | None = None,
        drop: float = 0.0,
    ) -> None:
        """One player on `model`.

        Args:
            model: what is trained.
            mean: of ln σ, σ in spreads of the data.
            deviation: of ln σ.
            first: images over which it is diffusion.
            halving: images after which 1 - ρ / σ is halved, again and again.
            label: column of the classes of a conditional model.
            drop: share of examples whose label is taken away.
        """
        super().__init__()
        self.model, self.drop, self.first, self.halving = model, drop, first, halving
        self.mean, self.deviation = mean + torch.tensor(model.spread).log().item(), deviation
        self.columns = (label,) if label else ()

    def players(self) -> tuple[Player, ...]:
        """One, who owns the whole model."""
        return (Player(name="consistency", owns=("model",), loss=self.loss),)

    def gap(self, images: int) -> float:
        """1 - ρ / σ after so many images."""
        later = images - self.first
        return 1.0 if later < 0 else 0.5 ** (1 + later // self.halving)

    def loss(self, batch: Batch, turn: Turn) -> Losses:
        """The difference between both views of an example."""
        model, noise, gap = self.model, turn.noise, self.gap(turn.images)
        labels = kept_labels(self, batch, noise, self.drop)
        clean = to_standard(batch.x, model.media)
        sigma = noise_levels(stratified(noise), self.mean, self.deviation)
        added = noise.normal(*clean.shape[1:])
        target = clean
        if gap < 1.0:
            less = (1.0 - gap) * sigma
            with torch.no_grad():
                target = model.denoise(clean + along(less, clean) * added, less, labels=labels)
        guess = model.denoise(clean + along(sigma, clean) * added, sigma, labels=labels)
        s = scalings(model.formulation, sigma, model.spread)
        square = squared_error(target, guess, s)
        if gap == 1.0:
            return {"consistency": square.mean()}
        return {"consistency": ((square + SMOOTH**2).sqrt() - SMOOTH).mean()}

    def held_out(self, model: nn.Module, batch: Batch, noise: Noise) -> Losses:
        """How differently samples of `model` and held-out examples are distributed, from 0 to 1.

        The loss itself means another thing at each stage.
        """
        assert isinstance(model, Consistent)
        labels = batch.columns[self.columns[0]] if self.columns else None
        made = model.decode(noise.normal(model.latent.size), labels=labels)
        x, y = (details(side.float(), model.media) for side in (batch.x, made))
        return {"inhomogeneity": inhomogeneity(x, y, matched=labels is not None)}
