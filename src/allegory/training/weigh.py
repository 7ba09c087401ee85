"""By which weights the examples of an epoch are drawn: asked of the game as each epoch begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from allegory.training import precision
from allegory.training.game import Batch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from allegory.data.dataset import Dataset
    from allegory.training.game import Game
    from allegory.training.settings import TrainingSettings

__all__ = ["effective_share", "weigh"]


@torch.no_grad()
def weigh(
    game: Game,
    data: Dataset,
    settings: TrainingSettings,
    numbers: str,
    device: torch.device,
    images: int,
) -> Tensor | None:
    """The game's weights of all training examples, (n,) float32; None for none.

    `numbers` is the precision: "float32" or "bfloat16".

    Raises:
        ValueError: they are no weights: the game is wrong.
    """

    def examples() -> Iterator[Batch]:
        for start in range(0, len(data), settings.batch):
            rows = np.arange(start, min(start + settings.batch, len(data)))
            x = data.take(rows, device=device)
            yield Batch(x, data.known(game.columns, rows, device=device))

    game.eval()
    with precision.autocast(numbers, device):
        found = game.weigh(examples(), images)
    if found is None:
        return None
    if found.shape != (len(data),) or not (found >= 0).all() or not 0 < found.sum() < torch.inf:
        raise ValueError(f"{len(data)} weights must be finite, not negative, and not all 0")
    return found.to(device, torch.float32)


def effective_share(weights: Tensor) -> float:
    """The share of examples that as many draws are worth: 1 where all weigh the same.

    Kish (1965), "Survey sampling": (sum w)^2 / (n sum w^2).
    """
    w = weights.cpu().double()
    return float(w.sum().square() / (len(w) * w.square().sum()))
