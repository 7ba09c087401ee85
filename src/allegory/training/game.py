"""A game between players: the one idea that every system of the library is an instance of."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from allegory.training.noise import Noise

__all__ = ["Batch", "Game", "Losses", "Player", "Turn"]

Losses = dict[str, Tensor]
"""Named parts of a loss, each a scalar mean over examples; a player minimises their sum."""


@dataclass(frozen=True)
class Batch:
    """The examples of one move, and what the game asked to know of them."""

    x: Tensor
    """(n, *media.shape), in the media's range."""
    columns: dict[str, Tensor] = field(default_factory=dict)
    """Name -> (n,): float32 for a number, NaN where missing; int64 index of a category, -1 where
    missing."""

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True, kw_only=True)
class Turn:
    """The clock, and what belongs to one move: its noise, and the table of the round.

    Every schedule is a pure function of `step` or `images`.
    """

    step: int
    """Rounds played before this one."""
    images: int
    """Examples seen before this round, over all processes."""
    noise: Noise
    """Random numbers of this move, for the examples of its batch."""
    table: dict[str, Tensor] = field(default_factory=dict)
    """What movers left in this round, a row for each example of the whole batch."""

    def leave(self, name: str, values: Tensor) -> None:
        """Leave values (n, ...) of the examples at hand for those who move later, detached."""
        whole = values.new_empty((self.noise.batch, *values.shape[1:]))
        self.table.setdefault(name, whole)[self.noise.rows] = values.detach()

    def left(self, name: str) -> Tensor:
        """What was left of the examples at hand, (n, ...).

        Raises:
            KeyError: nothing was left by this name in this round; it says by which.
        """
        if name not in self.table:
            names = ", ".join(map(repr, self.table)) or "nothing"
            raise KeyError(f"no {name!r} was left in this round, but {names}")
        return self.table[name][self.noise.rows]


@dataclass(frozen=True, kw_only=True)
class Player:
    """One who moves: which weights, and by which loss."""

    name: str
    owns: tuple[str, ...]
    """Sub-modules of the game, by name. No parameter is owned twice, and none is left over."""
    loss: Callable[[Batch, Turn], Losses]
    """Pure: from a batch of examples to named parts; no backward, no step, no logging, no change
    of state. It may be called by several threads at once, for pieces of the batch."""
    every: int = 1
    """Moves when turn.step % every == 0."""
    since: int = 0
    """Moves from so many images on."""
    until: int | None = None
    """Moves no longer after so many images; None: to the end."""
    settle: Callable[[Turn], None] | None = None
    """Called once after each move, without gradients: moves the state that the game carries from
    round to round, its buffers, by what the loss left on the table. Processes then take the mean
    of their buffers."""

    def moves(self, step: int, images: int) -> bool:
        """Whether it moves in the round after so many rounds and images."""
        ended = self.until is not None and images >= self.until
        return step % self.every == 0 and images >= self.since and not ended


class Game(nn.Module):
    """Networks, and the players that train them.

    A game is final: variants come by arguments. All that the trainer needs of it is here.
    """

    model: nn.Module
    """What is kept: averaged, exported, sampled, shown."""
    columns: tuple[str, ...] = ()
    """Columns of the data's table that the losses read: labels, factors."""
    coupled: bool = False
    """Whether a loss couples the examples of a batch, as a contrast or a batch's statistics do:
    slices and processes then each see their own part, and their mean is not the whole's loss."""

    stages: tuple[int, ...] = ()
    """Images after which a stage of the game begins: `weigh` is asked then too."""
    sloped: tuple[str, ...] = ()
    """Networks of the model of whose gradients a loss takes gradients: they can't be compiled."""
    resolution: float = 0.0
    """Held-out totals that differ by less are alike: of those the latest weights are the best."""

    @abstractmethod
    def players(self) -> tuple[Player, ...]:
        """Who moves, in the order of their moves."""

    def weigh(self, examples: Iterable[Batch], images: int) -> Tensor | None:
        """Weights of all training examples, (n,), by which the next ones are drawn.

        Called as each epoch or stage begins, with the networks in evaluation mode and without
        gradients.
        Not negative, in any unit; None: each example comes once.

        Args:
            examples: all of them in their order, unchanged, in batches; computed as they are read.
            images: examples seen before.
        """
        return None

    @abstractmethod
    def held_out(self, model: nn.Module, batch: Batch, noise: Noise) -> Losses:
        """Named parts of the loss of `model`, an averaged copy, on held-out examples.

        Their sum picks the best checkpoint; none at all while no checkpoint can be the best.
        """
