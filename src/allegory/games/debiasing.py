"""The debiasing VAE: a classifier that draws those of its positives more often that are rare."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from allegory.data.views import JITTERS, jitter
from allegory.media import Images
from allegory.models.debiasing import DebiasingVAE
from allegory.objectives.classification import MISSING, cross_entropy
from allegory.objectives.divergence import kl_standard_normal
from allegory.training.game import Batch, Game, Losses, Player, Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from allegory.training.noise import Noise

    Floats = NDArray[np.float64]

__all__ = ["DebiasingGame"]


class DebiasingGame(Game):
    """Minimises −log P(y | x) + [y is positive] · weight · (−E log p(x | z) + beta · KL).

    Amini et al. (2019), "Uncovering and mitigating algorithmic bias through learned latent
    structure", equation 1, whose classification is the cross-entropy and whose indicator belongs
    to the terms of the VAE. As each epoch begins its examples are drawn anew: positives by how
    rare their codes are among those of their class, equation 3. No group is known to it.
    """

    model: DebiasingVAE
    positives: Tensor

    def __init__(
        self,
        model: DebiasingVAE,
        *,
        weight: float,
        beta: float,
        rarity: Callable[[Floats], Floats],
        augment: bool = False,
    ) -> None:
        """One player on `model`.

        Args:
            model: what is trained.
            weight: of the VAE's terms, in nats of the class a nat of a value, such as a pixel.
            beta: weight of the KL among them.
            rarity: codes (n, latents) to weights (n,) of sum n.
            augment: move, turn and scale each training picture a little.
        """
        super().__init__()
        self.model, self.beta, self.rarity = model, beta, rarity
        self.columns = (model.label,)
        self.augment = augment and isinstance(model.media, Images)
        self.weight = weight / math.prod(model.media.shape)
        self.positive = [model.classes.index(name) for name in model.positive]
        self.register_buffer("positives", torch.tensor(self.positive), persistent=False)

    def players(self) -> tuple[Player, ...]:
        """One, who owns the whole model."""
        return (Player(name="dbvae", owns=("model",), loss=self.loss),)

    def loss(self, batch: Batch, turn: Turn) -> Losses:
        """The cross-entropy, and the weighted terms of the positives."""
        x = jitter(batch.x, turn.noise.uniform(JITTERS)) if self.augment else batch.x
        return self.terms(self.model, x, batch.columns, turn.noise)

    def held_out(self, model: nn.Module, batch: Batch, noise: Noise) -> Losses:
        """The same of `model`."""
        assert isinstance(model, DebiasingVAE)
        return self.terms(model, batch.x, batch.columns, noise)

    def terms(
        self, model: DebiasingVAE, x: Tensor, columns: dict[str, Tensor], noise: Noise
    ) -> Losses:
        """Means over all examples: those that are no positives count as 0 in the last two."""
        truth = columns[model.label]
        logits, q = model.read(x)
        z = q.mean + q.std * noise.normal(model.latents)
        nats = -model.likelihood.log_prob(x, model.decoder(z))
        positive = self.weight * torch.isin(truth, self.positives)
        kl = kl_standard_normal(q.mean, q.std).sum(1)
        return {
            "cross-entropy": cross_entropy(logits, truth).mean(),
            "reconstruction": (positive * nats).mean(),
            "kl": (positive * self.beta * kl).mean(),
        }

    def weigh(self, examples: Iterable[Batch], images: int) -> Tensor | None:
        """Of the positives, by their rarity within their class, which counts as much as before."""
        if not images:  # the codes say nothing yet
            return None
        read = [(self.model.encode(b.x).mean, b.columns[self.model.label]) for b in examples]
        codes = torch.cat([mean for mean, _ in read]).cpu().double().numpy()
        truth = torch.cat([y for _, y in read]).cpu().numpy()
        weights = np.ones(len(truth))
        for k in self.positive:
            rows = np.flatnonzero(truth == k)
            if len(rows):
                weights[rows] = self.rarity(codes[rows])
        weights[truth == MISSING] = 0.0  # nothing is learned from them
        return torch.from_numpy(weights)
