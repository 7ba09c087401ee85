"""One process at a time in a folder that several may want to fill."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from allegory.errors import UserError
from allegory.progress import say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["alone"]


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other processes that ask likewise out of a folder while the block runs.

    One that has to wait says so, and may find the work done when its turn comes: look inside the
    block. The system lets go of the lock when its holder dies, however it does. The folder is made
    where there is none.

    Raises:
        UserError: nothing can be written there.
    """
    lock = FileLock(folder / ".lock")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            say(f"another process is at work in {folder}: waiting until it is done.")
            lock.acquire()
    except OSError as error:
        raise UserError(f"cannot write '{folder}': {error.strerror or error}") from error
    try:
        yield
    finally:
        lock.release()
