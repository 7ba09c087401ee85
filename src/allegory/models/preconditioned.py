"""A network that sees examples in noise, scaled so that its input and its target have size 1."""

import math
from abc import ABC, abstractmethod
from typing import Any

import torch
from torch import Generator, Tensor, nn

from allegory.media import Media
from allegory.objectives.denoising import Formulation, along, denoised, scalings
from allegory.randomness import draw_classes, generator
from allegory.sampling.units import Units

__all__ = ["OfClasses", "Preconditioned"]


class Preconditioned(nn.Module, ABC):
    """x_0 from x_0 + sigma ε, at any sigma above 0.

    Karras et al. (2022), "Elucidating the design space of diffusion-based generative models",
    equation 7.
    """

    def __init__(
        self, network: nn.Module, media: Media, *, formulation: Formulation, spread: float
    ) -> None:
        """A network and its scalings.

        Args:
            network: F of scaled examples in noise, levels (n,) and labels (n,) or None.
            media: what the examples are.
            formulation: what F predicts.
            spread: root of the mean square of the data's values, in standard units.
        """
        super().__init__()
        self.network, self.media, self.units = network, media, Units(media)
        self.formulation, self.spread = formulation, spread
        self.size = math.prod(media.shape)
        """Values of an example."""

    def denoise(self, x: Tensor, sigma: Tensor, *, labels: Tensor | None = None) -> Tensor:
        """D(x; sigma) of x (n, *media.shape) in standard units, sigma (n,) and labels (n,)."""
        s = scalings(self.formulation, sigma, self.spread)
        found: Tensor = self.network(along(s.enter, x) * x, s.level, labels).float()
        return denoised(x, found, s)

    @abstractmethod
    def sample(self, n: int, *, rng: Generator | int, labels: Tensor | None = None) -> Tensor:
        """Draw n examples (n, *media.shape), of classes `labels` (n,) where there are any."""

    def prior(self, latents: int) -> None:
        """Keep the prior of so many latents, a standard normal, where the weights are."""
        self.register_buffer("prior_mean", torch.zeros(latents), persistent=False)
        self.register_buffer("prior_std", torch.ones(latents), persistent=False)


class OfClasses(Preconditioned, ABC):
    """What is told a class or none: Ho & Salimans (2022), "Classifier-free diffusion guidance"."""

    shares: Tensor

    def __init__(
        self, *parts: Any, classes: tuple[str, ...], shares: tuple[float, ...], **named: Any
    ) -> None:
        """As the model without classes, for these, whose shares among the data sum to 1."""
        super().__init__(*parts, **named)
        self.conditions = classes
        self.register_buffer("shares", torch.tensor(shares), persistent=False)

    def sample(self, n: int, *, rng: Generator | int, labels: Tensor | None = None) -> Tensor:
        """As without classes; where no labels are given, of classes as frequent as in data."""
        rng = generator(rng)
        labels = draw_classes(self.shares, n, rng) if labels is None else labels
        return super().sample(n, rng=rng, labels=labels)  # type: ignore[safe-super]
