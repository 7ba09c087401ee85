"""The loss on held-out examples: which checkpoint is best, and whether training still helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from allegory.randomness import some_rows
from allegory.training import precision
from allegory.training.game import Batch
from allegory.training.noise import Noise, fold

if TYPE_CHECKING:
    from torch import nn

    from allegory.data.dataset import Dataset
    from allegory.training.game import Game
    from allegory.training.settings import TrainingSettings

__all__ = ["held_out_losses"]

LEAST = 16
"""Examples that are measured together: a distance between samples means little for two."""


@torch.no_grad()
def held_out_losses(
    game: Game,
    model: nn.Module,
    data: Dataset | None,
    settings: TrainingSettings,
    numbers: str,
    device: torch.device,
) -> dict[str, float]:
    """Named parts of the held-out loss of `model`, means over examples, and their "total".

    Always over the same examples with the same noise, at most settings.held_out of them. Empty
    where nothing is held out, or the game can't tell yet. `numbers` is the precision: "float32" or
    "bfloat16".
    """
    if data is None or not len(data):
        return {}
    held_out = some_rows(len(data), settings.held_out)
    sums: dict[str, float] = {}
    size = max(settings.batch, LEAST)
    for start in range(0, len(held_out), size):
        rows = held_out[start : start + size]
        x = data.take(rows, device=device)
        batch = Batch(x, data.known(game.columns, rows, device=device))
        noise = Noise(fold("held out", start), batch=len(rows), device=device)
        with precision.autocast(numbers, device):
            losses = game.held_out(model, batch, noise)
        for name, value in losses.items():
            sums[name] = sums.get(name, 0.0) + float(value) * len(rows) / len(held_out)
    return sums | {"total": sum(sums.values())} if sums else {}
