"""Diffusion: one player, who learns to take noise of any strength off an example."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from allegory.models.diffusion import Denoising
from allegory.objectives.denoising import along, noise_levels, scalings, squared_error
from allegory.training.game import Batch, Game, Losses, Player, Turn

if TYPE_CHECKING:
    from allegory.models.preconditioned import Preconditioned
    from allegory.training.noise import Noise

__all__ = ["DiffusionGame", "denoising_error", "kept_labels", "stratified"]


class DiffusionGame(Game):
    """Minimises E λ(σ) |D(x + σ ε; σ) - x|², ln σ normal, ε ~ N(0, I).

    Karras et al. (2022), "Elucidating the design space of diffusion-based generative models",
    equation 8; with the formulation "flow" it is conditional flow matching, Lipman et al. (2023),
    "Flow matching for generative modeling", equation 14.
    """

    model: Denoising

    def __init__(
        self,
        model: Denoising,
        *,
        mean: float,
        deviation: float,
        label: str | None = None,
        drop: float = 0.0,
    ) -> None:
        """One player on `model`.

        Args:
            model: what is trained.
            mean: of ln σ, σ in spreads of the data.
            deviation: of ln σ.
            label: column of the classes of a conditional model.
            drop: share of examples whose label is taken away, so that the model also learns to
                denoise without one.
        """
        super().__init__()
        self.model, self.drop = model, drop
        self.mean, self.deviation = mean + torch.tensor(model.spread).log().item(), deviation
        self.columns = (label,) if label else ()

    def players(self) -> tuple[Player, ...]:
        """One, who owns the whole model."""
        return (Player(name="denoiser", owns=("model",), loss=self.loss),)

    def loss(self, batch: Batch, turn: Turn) -> Losses:
        """The squared error of what the network predicts."""
        return {"denoising": self.error(self.model, batch, turn.noise, self.drop)}

    def held_out(self, model: nn.Module, batch: Batch, noise: Noise) -> Losses:
        """The same for held-out examples, of their own classes."""
        assert isinstance(model, Denoising)
        return {"denoising": self.error(model, batch, noise, 0.0)}

    def error(self, model: Denoising, batch: Batch, noise: Noise, drop: float) -> Tensor:
        """The mean squared error over the batch, a scalar; a share `drop` loses its label."""
        labels = kept_labels(self, batch, noise, drop)
        return denoising_error(
            model, batch.x, noise, labels, mean=self.mean, deviation=self.deviation
        ).mean()


def denoising_error(
    model: Preconditioned,
    x: Tensor,
    noise: Noise,
    labels: Tensor | None,
    *,
    mean: float,
    deviation: float,
) -> Tensor:
    """Of x (n, *media.shape) in noise, ln σ normal, what the network predicts, squared: (n,)."""
    clean = model.units.to_standard(x)
    sigma = noise_levels(stratified(noise), mean, deviation)
    noisy = clean + along(sigma, clean) * noise.normal(*clean.shape[1:])
    guess = model.denoise(noisy, sigma, labels=labels)
    return squared_error(clean, guess, scalings(model.formulation, sigma, model.spread))


def stratified(noise: Noise) -> Tensor:
    """Numbers in [0, 1), one in each of as many equal parts as the batch has examples: (n,).

    Kingma et al. (2021), "Variational diffusion models", appendix I.1, stratified where theirs are
    equidistant: the loss varies less from batch to batch, and no example depends on others.
    """
    uniform = noise.uniform()
    place = torch.arange(noise.batch, device=uniform.device)[noise.rows]
    return (place + uniform) / noise.batch


def kept_labels(game: Game, batch: Batch, noise: Noise, drop: float) -> Tensor | None:
    """The classes of the batch (n,), some of them taken away: -1; None where there are none."""
    if not game.columns:
        return None
    labels = batch.columns[game.columns[0]]
    return torch.where(noise.uniform() >= drop, labels, -1) if drop else labels
