"""Random changes to pictures that gradients pass through, for a critic with few examples.

Zhao et al. (2020), "Differentiable augmentation for data-efficient GAN training", with the amounts
of its reference code. Each change is applied with a probability, as in Karras et al. (2020),
"Training generative adversarial networks with limited data".
"""

import torch
from torch import Tensor

from allegory.data.views import hidden

__all__ = ["CHANCES", "diff_augment"]

CHANCES = 12
"""Random numbers that a picture takes."""

SHIFT = 1 / 8
"""Largest translation, in sides of the picture."""
HOLE = 1 / 2
"""Side of the square that is hidden, in sides of the picture."""


def diff_augment(x: Tensor, uniform: Tensor, strength: Tensor | float = 1.0) -> Tensor:
    """Change brightness, saturation (of three channels), contrast and place, and cut a hole.

    What comes in from outside and what is hidden is 0, mid-grey, as in the paper: a border that
    was repeated instead would look real, and so could show in generated pictures.

    Args:
        x: pictures (n, channels, height, width) in [-1, 1]; what comes back may exceed it.
        uniform: numbers in [0, 1), (n, CHANCES): the same ones give the same changes.
        strength: probability, in [0, 1], of each of the five changes for each picture.
    """
    applied = (uniform[:, :5] < strength).unbind(1)
    u = uniform[:, 5:].unbind(1)
    x = x + scaled(applied[0], u[0] - 0.5, x)
    if x.shape[1] == 3:
        x = x + scaled(applied[1], 2 * u[1] - 1, x) * (x - x.mean(1, keepdim=True))
    x = x + scaled(applied[2], u[2] - 0.5, x) * (x - x.mean((1, 2, 3), keepdim=True))
    down, across = (
        applied[3] * steps(chance, side) for chance, side in zip(u[3:5], x.shape[2:], strict=True)
    )
    x = translated(x, down, across)
    return hidden(x, u[5], u[6], HOLE * applied[4])


def scaled(applied: Tensor, amount: Tensor, x: Tensor) -> Tensor:
    """Amounts (n,) in the type and for the shape of x; 0 where not applied."""
    return (applied * amount).to(x.dtype)[:, None, None, None]


def steps(chance: Tensor, side: int) -> Tensor:
    """Translations (n,) of whole pixels, all equally probable."""
    most = int(SHIFT * side + 0.5)
    return (chance * (2 * most + 1)).long() - most


def translated(x: Tensor, down: Tensor, across: Tensor) -> Tensor:
    """The pictures x moved by whole pixels (n,), with 0 where nothing was."""
    n, _, height, width = x.shape
    v = torch.arange(height, device=x.device) - down[:, None]
    u = torch.arange(width, device=x.device) - across[:, None]
    inside = ((v >= 0) & (v < height))[:, :, None] & ((u >= 0) & (u < width))[:, None]
    first = height * width * torch.arange(n, device=x.device)
    rows = first[:, None] + width * v.clamp(0, height - 1)
    places = rows[:, :, None] + u.clamp(0, width - 1)[:, None]
    # pixels as rows: one index for all channels, and gradients of gradients
    pixels = x.permute(0, 2, 3, 1).flatten(0, 2)
    moved = pixels.index_select(0, places.flatten()).view(n, height, width, -1).permute(0, 3, 1, 2)
    return torch.where(inside[:, None], moved, 0.0)
