"""Who computes: how the cores of a processor share the work of a round."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from allegory.training.game import Game

__all__ = ["SMALL", "Hands", "separable", "work"]

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

    Not where layers draw from torch's one generator (dropout), or where examples act on each
    other.
    """
    draws = any(isinstance(m, nn.modules.dropout._DropoutNd) for m in game.modules())
    return not game.coupled and not draws
