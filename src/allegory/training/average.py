"""The averaged copy of the model: what is kept, sampled and shown."""

import copy

import torch
from torch import Tensor, nn

__all__ = ["Average"]


class Average:
    """An exponential moving average of a model's weights, with a half-life in images.

    While training is young the half-life is at most a twentieth of the images seen, so that early
    averages are not full of initial weights: Karras et al. (2022), "Elucidating the design space
    of diffusion-based generative models", in its reference code.
    """

    YOUNG = 0.05

    def __init__(self, model: nn.Module, half_life: int) -> None:
        self.half_life = half_life
        self.model = copy.deepcopy(model).eval().requires_grad_(False)
        self.averages: list[Tensor] = list(self.model.parameters())
        self.weights: list[Tensor] = list(model.parameters())
        self.buffers = list(zip(self.model.buffers(), model.buffers(), strict=True))

    @torch.no_grad()
    def update(self, images: int, batch: int) -> None:
        """Take in the model's weights after a step of `batch` images, `images` seen so far."""
        half_life = min(self.half_life, self.YOUNG * images)
        new = 1.0 - 0.5 ** (batch / half_life) if half_life > 0 else 1.0
        torch._foreach_lerp_(self.averages, self.weights, new)
        for average, buffer in self.buffers:
            average.copy_(buffer)
