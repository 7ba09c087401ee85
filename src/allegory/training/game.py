"""A game between players: the one idea that every system of the library is an instance of."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

__all__ = ["Game", "Losses", "Player", "Turn"]

Losses = dict[str, Tensor]
"""Named parts of a loss, each a scalar mean over examples; their sum is what a player minimises."""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """The clock, and the randomness and the table that belong to one move.

    Every schedule is a pure function of `step` or `images`.
    """

    step: int
    """Rounds played before this one."""
    images: int
    """Examples seen before this round, over all processes."""
    seed: int = 0
    """Seed of this move: the same for every slice of the global batch."""
    rows: slice = slice(None)
    """Which rows of the global batch this slice holds."""
    batch: int | None = None
    """Examples in the global batch; None where this slice is all of it."""
    table: dict[str, Any] = field(default_factory=dict)
    """Detached tensors that a mover leaves for those who move after it in this round."""

    def normal(self, n: int, *shape: int, device: torch.device | str = "cpu") -> Tensor:
        """Standard normal noise for the n examples of this slice, (n, *shape).

        It is drawn for the global batch and cut, so that however the batch is sliced over
        processes and micro-batches every example gets the same noise.
        """
        rng = self.table.get("rng")
        if rng is None:
            rng = self.table["rng"] = torch.Generator(device).manual_seed(self.seed)
        noise = torch.randn(self.batch or n, *shape, generator=rng, device=device)
        return noise[self.rows]


@dataclass(frozen=True, kw_only=True)
class Player:
    """One who moves: the parts of the game whose weights it moves, and the loss it moves them by."""

    name: str
    owns: tuple[str, ...]
    """Sub-modules of the game, by name. No parameter is owned twice, and none is left over."""
    loss: Callable[[Tensor, Turn], Losses]
    """Pure: from a batch of examples to named parts; no backward, no step, no logging."""
    every: int = 1
    """Moves when turn.step % every == 0."""


class Game(nn.Module):
    """Networks, and the players that train them.

    A game is final: variants come by arguments. All that the trainer needs of it is here.
    """

    model: nn.Module
    """What is kept: averaged, exported, sampled, shown."""

    @abstractmethod
    def players(self) -> tuple[Player, ...]:
        """Who moves, in the order of their moves."""

    @abstractmethod
    def held_out(self, batch: Tensor, turn: Turn) -> Losses:
        """Named parts of the loss of `model` on held-out examples; their sum picks the best."""
