"""What was seen of the players' moves since the last record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.training.game import Losses

__all__ = ["MOVES", "Window"]

LENGTH, MOVES = "gradient_norm", "moves"


@dataclass
class Window:
    """Sums over rounds: nothing is read from the device before the means are asked for."""

    sums: dict[str, Tensor] = field(default_factory=dict)
    """Of the parts of the losses and of the gradients' lengths, by name, and of moves."""
    rounds: int = 0

    def add(self, prefix: str, losses: Losses, length: Tensor) -> None:
        """A move: the parts of its loss, and the length of its gradient."""
        one = torch.ones_like(length)
        for name, value in {**losses, LENGTH: length, MOVES: one}.items():
            key = prefix + name
            self.sums[key] = self.sums[key] + value if key in self.sums else value

    def means(self) -> tuple[dict[str, float], dict[str, float]]:
        """Means over a player's moves: of the losses with their total; of the lengths."""
        means = {
            name: float(value / self.sums[name[: name.rfind("/") + 1] + MOVES])
            for name, value in self.sums.items()
            if not name.endswith(MOVES)
        }
        lengths = {name: value for name, value in means.items() if name.endswith(LENGTH)}
        losses = {name: value for name, value in means.items() if name not in lengths}
        return losses | {"total": sum(losses.values())}, lengths
