"""The regressor: one player, who reads known quantities off examples."""

import torch
from torch import Tensor, nn

from allegory.models.regressor import Regressor
from allegory.training.game import Batch, Game, Losses, Player, Turn
from allegory.training.noise import Noise

__all__ = ["RegressorGame"]


class RegressorGame(Game):
    """Minimises the squared error of standardised quantities, averaged over them."""

    model: Regressor

    def __init__(self, model: Regressor) -> None:
        super().__init__()
        self.model, self.columns = model, model.columns

    def players(self) -> tuple[Player, ...]:
        """One, who owns the whole model."""
        return (Player(name="regressor", owns=("model",), loss=self.loss),)

    def loss(self, batch: Batch, turn: Turn) -> Losses:
        """The squared error."""
        return self.error(self.model, batch)

    def held_out(self, model: nn.Module, batch: Batch, noise: Noise) -> Losses:
        """The squared error of `model`: 1 for one that always says the mean, 0 at best."""
        assert isinstance(model, Regressor)
        return self.error(model, batch)

    def error(self, model: Regressor, batch: Batch) -> Losses:
        """Mean over examples and columns; what is missing counts as no error."""
        truth = torch.stack([batch.columns[name] for name in self.columns], dim=1)
        error = (model.encoder(batch.x).float() - self.standard(truth)).square()
        return {"squared error": torch.where(truth.isnan(), 0.0, error).mean()}

    def standard(self, truth: Tensor) -> Tensor:
        """Quantities (n, columns) without units; 0 where missing, since NaN would spread."""
        return ((truth - self.model.offset) / self.model.scale).nan_to_num(nan=0.0)
