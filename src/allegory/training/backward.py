"""Gradients of a player's loss on a batch in pieces: one after the other, or side by side."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from allegory.training.game import Game, Losses

__all__ = ["SMALL", "Hands", "gradients", "separable", "work"]

T = TypeVar("T")
R = TypeVar("R")

SMALL = 10**9
"""Multiplications and additions of a step below which one thread computes it: two would wait for
each other longer than they work, and on a machine with other work a hundred times longer."""


class Hands:
    """Threads that compute the pieces of a batch side by side, one core each.

    On a processor this replaces torch's own threads, which share out each operation and wait for
    each other after it: measured as fast where the machine is free, and more than ten times faster
    where another program takes one of two cores.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self.pool = ThreadPoolExecutor(count) if count > 1 else None

    def close(self) -> None:
        """Let the threads go."""
        if self.pool:
            self.pool.shutdown()

    def map(self, work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """The results, in the order of the items."""
        return self.pool.map(work, items) if self.pool else map(work, items)


@contextmanager
def work(operations: int, *, apart: bool) -> Iterator[Hands]:
    """Within this context the processor's cores share steps of so many operations.

    Where pieces of a batch may be computed `apart`, each core takes one; else torch's threads
    share each operation.
    """
    threads = torch.get_num_threads()
    alone = operations < SMALL or threads == 1
    torch.set_num_threads(1 if alone or apart else threads)
    hands = Hands(threads if apart and not alone else 1)
    try:
        yield hands
    finally:
        torch.set_num_threads(threads)
        hands.close()


def separable(game: Game) -> bool:
    """Whether pieces of a batch may be computed at the same time.

    Not where a loss may write to the state of the game (persistent buffers), where layers draw
    from torch's one generator (dropout), or where examples act on each other.
    """
    state = {name for name, _ in game.named_parameters()}
    draws = any(isinstance(m, nn.modules.dropout._DropoutNd) for m in game.modules())
    return not game.coupled and not draws and game.state_dict().keys() == state


def gradients(
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
