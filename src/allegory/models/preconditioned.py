"""A network that sees examples in noise, scaled so that its input and its target have size 1."""

import math
from abc import ABC

import torch
from torch import Tensor, nn

from allegory.media import Media
from allegory.objectives.denoising import Formulation, along, denoised, scalings

__all__ = ["Preconditioned"]


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
        self.network, self.media = network, media
        self.formulation, self.spread = formulation, spread
        self.size = math.prod(media.shape)
        """Values of an example."""

    def denoise(self, x: Tensor, sigma: Tensor, *, labels: Tensor | None = None) -> Tensor:
        """D(x; sigma) of x (n, *media.shape) in standard units, sigma (n,) and labels (n,)."""
        s = scalings(self.formulation, sigma, self.spread)
        found: Tensor = self.network(along(s.enter, x) * x, s.level, labels).float()
        return denoised(x, found, s)

    def prior(self, latents: int) -> None:
        """Keep the prior of so many latents, a standard normal, where the weights are."""
        self.register_buffer("prior_mean", torch.zeros(latents), persistent=False)
        self.register_buffer("prior_std", torch.ones(latents), persistent=False)
