"""Standard units, in which noise is alike in all directions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allegory.media import Vectors

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.media import Media

__all__ = ["from_standard", "to_standard"]


def to_standard(x: Tensor, media: Media) -> Tensor:
    """Examples x (n, *media.shape) in standard units: pictures stay, vectors are standardised."""
    if isinstance(media, Vectors):
        return (x - x.new_tensor(media.offset)) / x.new_tensor(media.scale)
    return x


def from_standard(x: Tensor, media: Media) -> Tensor:
    """The inverse of `to_standard`; pictures are kept in their range."""
    if isinstance(media, Vectors):
        return x * x.new_tensor(media.scale) + x.new_tensor(media.offset)
    return x.clamp(-1.0, 1.0)
