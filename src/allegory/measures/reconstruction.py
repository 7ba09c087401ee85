"""How well a model gives an example back."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from allegory.media import Images, Media

__all__ = ["psnr", "squared_errors"]


@torch.inference_mode()
def squared_errors(x: Tensor, reconstruction: Tensor, media: Media) -> Tensor:
    """Mean squared error of each example, over its values: (n,).

    Pictures are compared in [0, 1], as published errors are; vectors in their own units.
    """
    error = (x - reconstruction).square().flatten(1).mean(1)
    return error / 4 if isinstance(media, Images) else error


def psnr(mse: float) -> float:
    """Peak signal-to-noise ratio in decibels, of a mean squared error of values in [0, 1]."""
    return -10.0 * math.log10(max(mse, 1e-12))
