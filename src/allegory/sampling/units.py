"""Standard units, in which noise is alike in all directions."""

import torch
from torch import Tensor, nn

from allegory.media import Media, Vectors

__all__ = ["Units", "scale_of"]


def scale_of(media: Media) -> Tensor | None:
    """The deviations of vectors, (size,), for a buffer; None of pictures, which have none."""
    return torch.tensor(media.scale) if isinstance(media, Vectors) else None


class Units(nn.Module):
    """To standard units and back: pictures stay, vectors are standardised."""

    offset: Tensor
    scale: Tensor | None

    def __init__(self, media: Media) -> None:
        super().__init__()
        offset = torch.tensor(media.offset) if isinstance(media, Vectors) else None
        # not saved: they are in what is known of the data
        self.register_buffer("offset", offset, persistent=False)
        self.register_buffer("scale", scale_of(media), persistent=False)

    def to_standard(self, x: Tensor) -> Tensor:
        """Examples x (n, *media.shape) in standard units."""
        return x if self.scale is None else (x - self.offset) / self.scale

    def from_standard(self, x: Tensor) -> Tensor:
        """The inverse of `to_standard`; pictures are kept in their range."""
        return x.clamp(-1.0, 1.0) if self.scale is None else x * self.scale + self.offset
