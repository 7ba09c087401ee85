"""Codes in units of their spread, seen from the centre of the latent space."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.capabilities import LatentSpace

__all__ = ["from_standard", "to_standard"]


def to_standard(latent: LatentSpace, z: Tensor) -> Tensor:
    """Codes z (..., latents) as (z - mean) / std; a latent without spread keeps its unit."""
    return (z - latent.mean) / _scale(latent)


def from_standard(latent: LatentSpace, u: Tensor) -> Tensor:
    """Codes z (..., latents) from (z - mean) / std: the inverse of `to_standard`."""
    return latent.mean + _scale(latent) * u


def _scale(latent: LatentSpace) -> Tensor:
    return torch.where(latent.std > 0, latent.std, 1.0)
