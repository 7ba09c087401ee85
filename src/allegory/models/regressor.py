"""The regressor: known quantities read off an example."""

import torch
from torch import Tensor, nn

from allegory.media import Media

__all__ = ["Regressor"]


class Regressor(nn.Module):
    """Predicts: x -> the columns that it has learned, each in its own unit."""

    offset: Tensor
    scale: Tensor

    def __init__(
        self,
        encoder: nn.Module,
        columns: tuple[str, ...],
        offset: tuple[float, ...],
        scale: tuple[float, ...],
        media: Media,
    ) -> None:
        """A regressor on an encoder.

        Args:
            encoder: (n, *media.shape) to (n, columns), standardised.
            columns: names of the quantities.
            offset: mean of each over the training split.
            scale: standard deviation of each, above 0.
            media: what the examples are.
        """
        super().__init__()
        self.encoder, self.columns, self.media = encoder, columns, media
        # kept in the card of the model: they are no state of a game
        self.register_buffer("offset", torch.tensor(offset), persistent=False)
        self.register_buffer("scale", torch.tensor(scale), persistent=False)

    def predict(self, x: Tensor) -> Tensor:
        """The quantities of x (n, *media.shape), (n, columns)."""
        standard: Tensor = self.encoder(x).float()
        return standard * self.scale + self.offset
