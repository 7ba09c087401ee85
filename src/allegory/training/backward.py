"""Gradients of a player's loss on this process's share of a batch, in pieces."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from allegory.progress import say
from allegory.training import precision
from allegory.training.hands import Hands
from allegory.training.noise import fold, seed_layers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from allegory.training.deal import Dealer
    from allegory.training.game import Batch, Game, Losses, Player, Turn
    from allegory.training.mover import Mover
    from allegory.training.settings import TrainingSettings

__all__ = ["Backward", "collect"]


class Backward:
    """Plays a player's move up to its gradients."""

    def __init__(self, dealer: Dealer, settings: TrainingSettings, numbers: str) -> None:
        """Of the game that these batches are dealt for; `numbers` is the precision."""
        self.dealer, self.batch, self.world = dealer, settings.batch, dealer.world
        self.slices, self.precision = settings.slices, numbers
        self.compiled = settings.compile
        self.hands = Hands(1)
        self.step = self.images = 0
        """The clock, which the trainer sets."""
        self.table: dict[str, Tensor] = {}
        """What the movers of this round left for those after them."""

    def begin(self, step: int, images: int) -> None:
        """Begin a round: the clock is set, the table is cleared."""
        self.step, self.images, self.table = step, images, {}

    def __call__(self, mover: Mover) -> Losses:
        """Leave the gradients of a player's loss on its weights; returns its detached parts.

        Where memory runs out the batch is cut into twice as many slices and the move begins again.
        """
        while True:
            mover.clear()
            pieces = min(self.slices * self.hands.count, self.batch // self.world.size)
            try:
                work = partial(self.piece, mover, pieces)
                return collect(mover.owned, self.hands.map(work, range(pieces)))
            except RuntimeError as error:
                smallest = 2 * self.slices * self.world.size > self.batch
                if smallest or not out_of_memory(error):
                    raise
            self.slices *= 2
            say(f"out of memory: the batch is now computed in {self.slices} slices.")

    @torch.no_grad()
    def settle(self, player: Player, game: Game) -> None:
        """Let a player who has moved bring the state of the game up to date."""
        if player.settle is None:
            return
        clock = {"step": self.step, "images": self.images}
        player.settle(self.dealer.whole(player.name, **clock, table=self.table))
        self.world.average_([b for b in game.buffers() if b.is_floating_point()])

    def piece(
        self, mover: Mover, pieces: int, index: int
    ) -> tuple[Losses, Sequence[Tensor | None]]:
        """The parts of the loss and the gradients of one piece, weighted by its examples."""
        player, device = mover.player, self.dealer.device
        batch, turn = self.deal(player.name, index, pieces)
        if self.hands.count == 1:
            # layers such as dropout draw from torch's own generator
            position = self.world.rank * pieces + index
            seed_layers(fold(self.dealer.seed, player.name, self.step, position), device)
        attention = precision.attention(self.precision, device, compiled=self.compiled)
        with precision.autocast(self.precision, device), attention:
            losses = player.loss(batch, turn)
        # pieces count by their examples: they may differ by one
        weight = len(batch) * self.world.size / self.batch
        parts = {name: weight * value.float() for name, value in losses.items()}
        total = torch.stack(list(parts.values())).sum()
        found = torch.autograd.grad(total, mover.owned, allow_unused=True)
        return {name: value.detach() for name, value in parts.items()}, found

    def deal(self, player: str, index: int = 0, pieces: int = 1) -> tuple[Batch, Turn]:
        """Piece `index` of this process's share of the batch of this step, and its turn."""
        clock = {"step": self.step, "images": self.images}
        return self.dealer.deal(player, **clock, slices=pieces, index=index, table=self.table)


def collect(
    weights: Sequence[Tensor], pieces: Iterable[tuple[Losses, Sequence[Tensor | None]]]
) -> Losses:
    """Leave the sum of the pieces' gradients on the weights; returns the sum of the losses' parts.

    Args:
        weights: those that the gradients are of.
        pieces: for each the parts of its loss, detached, and its gradients, None where a weight
            took no part; both already weighted by the piece's share of the batch.
    """
    parts: Losses = {}
    total: list[Tensor | None] = [None] * len(weights)
    for losses, found in pieces:
        for name, value in losses.items():
            parts[name] = parts[name] + value if name in parts else value
        for i, gradient in enumerate(found):
            before = total[i]
            total[i] = gradient if before is None else before
            if before is not None and gradient is not None:
                total[i] = before + gradient
    taken = set()
    for weight, gradient in zip(weights, total, strict=True):
        if gradient is not None:
            # the fused optimiser reads both as one stretch of memory, and clipping writes to it
            fits = gradient.stride() == weight.stride() and gradient.data_ptr() not in taken
            gradient = gradient if fits else torch.empty_like(weight).copy_(gradient)
            taken.add(gradient.data_ptr())
        weight.grad = gradient
    return parts


def out_of_memory(error: Exception) -> bool:
    """Whether an allocation failed, on a device or on the processor."""
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)
