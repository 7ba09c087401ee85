"""Standard units, in which noise is alike in all directions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from allegory.media import Vectors

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.media import Media

__all__ = ["from_standard", "scale_of", "to_standard"]


def scale_of(media: Media) -> Tensor | None:
    """The deviations of vectors, (size,), for a buffer; None of pictures, which have none."""
    return torch.tensor(media.scale) if isinstance(media, Vectors) else None


def to_standard(x: Tensor, media: Media) -> Tensor:
    """Examples x (n, *media.shape) in standard units: pictures stay, vectors are standardised."""
    if not isinstance(media, Vectors):
        return x
    return (x - x.new_tensor(media.offset)) / x.new_tensor(media.scale)


def from_standard(x: Tensor, media: Media) -> Tensor:
    """The inverse of `to_standard`; pictures are kept in their range."""
    if not isinstance(media, Vectors):
        return x.clamp(-1.0, 1.0)
    return x * x.new_tensor(media.scale) + x.new_tensor(media.offset)
