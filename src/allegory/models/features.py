"""The feature network: numbers by which examples are compared."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from allegory.capabilities import Posterior
from allegory.media import Images, Media

__all__ = ["FeatureNetwork", "reduced"]

LARGEST = 32
"""Longest side that the network sees: larger pictures are reduced to it by averaging areas."""


class FeatureNetwork(nn.Module):
    """Encodes: an example to a point, its features.

    They are standardised (mean 0, deviation 1 over the training examples, about), so that
    distances between them are of the same order whatever the data.
    """

    code_mean: Tensor
    code_std: Tensor

    def __init__(self, encoder: nn.Module, features: int, media: Media) -> None:
        """A network on the reduced pictures of `media`.

        Args:
            encoder: (n, *reduced(media).shape) to (n, features).
            features: numbers an example.
            media: what the examples are.
        """
        super().__init__()
        self.encoder, self.features, self.media = encoder, features, media
        self.small = reduced(media)
        self.register_buffer("code_mean", torch.zeros(features))
        self.register_buffer("code_std", torch.ones(features))

    def reduce(self, x: Tensor) -> Tensor:
        """Examples x (n, *media.shape) as the encoder sees them."""
        if not isinstance(self.small, Images) or self.small == self.media:
            return x
        return F.interpolate(x, size=(self.small.height, self.small.width), mode="area")

    def encode(self, x: Tensor) -> Posterior:
        """The features of x (n, *media.shape), as a point."""
        mean = (self.encoder(self.reduce(x)).float() - self.code_mean) / self.code_std
        return Posterior(mean, torch.zeros_like(mean))


def reduced(media: Media) -> Media:
    """The media that the network sees."""
    if not isinstance(media, Images) or max(media.height, media.width) <= LARGEST:
        return media
    scale = LARGEST / max(media.height, media.width)
    height, width = (max(round(scale * side), 1) for side in (media.height, media.width))
    return Images(media.mode, height, width, media.binary)
