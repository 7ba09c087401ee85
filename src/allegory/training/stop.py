"""A request to stop: Ctrl-C or SIGTERM, heard at the end of a round."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

from allegory.progress import say

if TYPE_CHECKING:
    from types import FrameType, TracebackType

__all__ = ["Stop"]

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """Within this context the first signal raises a flag; a second one acts as it usually does."""

    def __init__(self) -> None:
        self.asked = False
        self.before: dict[signal.Signals, object] = {}

    def __enter__(self) -> Stop:
        # only the main thread may listen; elsewhere (a notebook's worker) nothing changes
        if threading.current_thread() is threading.main_thread():
            self.before = {s: signal.signal(s, self.hear) for s in SIGNALS}
        return self

    def hear(self, number: int, frame: FrameType | None) -> None:
        """Note the request, and give the signals back their usual meaning."""
        self.asked = True
        self.restore()
        say("\nstopping after this step; everything will be saved (again: stop at once).")

    def restore(self) -> None:
        """Put back what the signals did before."""
        for number, handler in self.before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        self.before = {}

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.restore()
