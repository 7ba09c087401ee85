"""Memory that a step frees stays with the process: the next step wants as much again."""

from __future__ import annotations

import ctypes
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["kept"]

TRIM_THRESHOLD, TOP_PAD, MMAP_THRESHOLD, MMAP_MAX = -1, -2, -3, -4
"""Names of parameters: malloc.h of the GNU C library."""
MIB = 2**20
KEEP = {MMAP_MAX: 0, TRIM_THRESHOLD: -1, TOP_PAD: 64 * MIB}
"""Nothing by mmap, nothing given back, and asked for in large pieces."""
USUAL = {MMAP_MAX: 65_536, MMAP_THRESHOLD: 32 * MIB, TRIM_THRESHOLD: 64 * MIB, TOP_PAD: 128 * 1024}
"""Where the library's own adjustment ends in a program with large tensors."""


@contextmanager
def kept() -> Iterator[None]:
    """Within this context the GNU C library's `malloc` keeps what is freed; elsewhere nothing.

    By itself it returns large blocks to the system at once, which fills them with zeros before
    they are used again: 16,000 pages in a step of a small VAE at 64x64, 8 % of its time.
    """
    try:
        library = ctypes.CDLL(None) if sys.platform == "linux" else None
        setting, trim = library.mallopt, library.malloc_trim  # type: ignore[union-attr]
    except (OSError, AttributeError):
        yield
        return
    for parameter, value in KEEP.items():
        setting(parameter, value)
    try:
        yield
    finally:
        for parameter, value in USUAL.items():
            setting(parameter, value)
        trim(0)
