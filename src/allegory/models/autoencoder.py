"""The autoencoder: a code for each example, and the example back from its code."""

import torch
from torch import Tensor, nn

from allegory.capabilities import LatentSpace, Posterior
from allegory.media import Images, Media

__all__ = ["Autoencoder"]


class Autoencoder(nn.Module):
    """Encodes, Decodes: x -> z -> x̂, each a point.

    Its codes follow no prior, so it does not sample. Where they lie is remembered (running mean
    and standard deviation), so that tools can walk among them.
    """

    code_mean: Tensor
    code_std: Tensor

    def __init__(self, encoder: nn.Module, decoder: nn.Module, latents: int, media: Media) -> None:
        super().__init__()
        self.encoder, self.decoder, self.media = encoder, decoder, media
        self.latents = latents
        self.register_buffer("code_mean", torch.zeros(latents))
        self.register_buffer("code_std", torch.ones(latents))

    @property
    def latent(self) -> LatentSpace:
        """Where the codes of the training data lie."""
        return LatentSpace(self.latents, self.code_mean, self.code_std, prior=False)

    def encode(self, x: Tensor) -> Posterior:
        """Encode x (n, *media.shape) to points (n, latents) of standard deviation 0."""
        mean = self.encoder(x).float()
        return Posterior(mean, torch.zeros_like(mean))

    def decode(self, z: Tensor) -> Tensor:
        """Decode z (n, latents) to (n, *media.shape) in the media's range."""
        out: Tensor = self.decoder(z).float()
        return out.clamp(-1.0, 1.0) if isinstance(self.media, Images) else out
