"""Who trains a run: told by a lock in its folder, which the system lifts when its holder dies."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from allegory.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["announce", "at_work", "coming", "worker"]

LOCK, WHO = ".training", ".trainer"
PATIENCE = 2.0
"""Seconds that a trainer waits: one who only looks holds the lock for a moment."""
COMING = 120.0
"""Seconds within which a process that was announced takes the lock, or is given up."""


@contextmanager
def at_work(folder: Path) -> Iterator[None]:
    """Say within the block that this process trains the run of a folder, which is made.

    Raises:
        UserError: another process does, or nothing can be written there.
    """
    lock = FileLock(folder / LOCK)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=PATIENCE)
        (folder / WHO).write_text(str(os.getpid()), encoding="utf-8")
    except Timeout:
        raise UserError(
            f"another process is training {folder} already: wait until it is done, or stop it."
        ) from None
    except OSError as error:
        raise UserError(f"cannot write '{folder}': {error.strerror or error}") from error
    try:
        yield
    finally:
        (folder / WHO).unlink(missing_ok=True)
        lock.release()


def announce(folder: Path, process: int) -> None:
    """Say that a process was just started that will train the run of a folder."""
    (folder / WHO).write_text(str(process), encoding="utf-8")


def coming(folder: Path) -> int | None:
    """The process that was announced, lives, and has not begun; None where there is none."""
    path = folder / WHO
    try:
        fresh = time.time() - path.stat().st_mtime < COMING
    except OSError:
        return None
    process = _number(path) if fresh and worker(folder) is None else None
    return process if process is not None and _alive(process) else None


def worker(folder: Path) -> int | None:
    """The process that trains the run of a folder on this machine; None where none does."""
    if not (folder / WHO).exists():
        return None
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return _number(folder / WHO)
    except OSError:
        return None
    lock.release()
    return None


def _alive(process: int) -> bool:
    if os.name == "nt":  # where signal 0 would end it
        return True
    try:
        os.kill(process, 0)
    except OSError:
        return False
    return True


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
