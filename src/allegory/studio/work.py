"""The queue of model work: one job at a time, a few waiting, and a clear word when it is full."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Busy", "Work"]

Result = TypeVar("Result")
WAITING = 16
"""Jobs in the queue, the one in work counted."""


class Busy(Exception):
    """The queue is full."""


class Work:
    """Runs jobs on one thread, in their order."""

    def __init__(self, waiting: int = WAITING) -> None:
        self.limit, self.waiting = waiting, 0
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="model")

    async def __call__(self, job: Callable[[], Result]) -> Result:
        """What the job returns.

        Raises:
            Busy: so many jobs wait that this one is not taken.
        """
        if self.waiting >= self.limit:
            raise Busy
        self.waiting += 1
        future = self.thread.submit(job)
        future.add_done_callback(lambda _: self._less())
        return await asyncio.wrap_future(future)

    def _less(self) -> None:
        self.waiting -= 1

    def close(self) -> None:
        """Take no more jobs."""
        self.thread.shutdown(wait=False, cancel_futures=True)
