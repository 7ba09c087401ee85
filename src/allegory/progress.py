"""Progress of long work, on standard error: a bar in a terminal, a line now and then elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["counted", "say", "track"]

LINES = 10
"""Lines that a job prints where there is no terminal to draw a bar in."""


def say(message: str) -> None:
    """Tell the person something: a line on standard error (standard output is for results)."""
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()


@contextmanager
def track(
    what: str, total: int, done: int = 0, *, shown: bool = True
) -> Iterator[Callable[..., None]]:
    """Show progress through `total` units of work, of which `done` are behind us.

    Yields `advance(n, note="")`: n more units are done; `note` is shown behind the bar. Nothing is
    shown unless `shown`.
    """
    if not shown:
        yield lambda n, note="": None
        return
    show = _bar if sys.stderr.isatty() else _lines
    with show(what, total, done) as advance:
        yield advance


@contextmanager
def _bar(what: str, total: int, done: int) -> Iterator[Callable[..., None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} / {task.total:,.0f}"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    started = time.monotonic()
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(what, total=total, completed=done, rate="", note="")
        new = 0

        def advance(n: int, note: str = "") -> None:
            nonlocal new
            new += n
            rate = f"{new / max(time.monotonic() - started, 1e-6):,.0f}/s"
            progress.update(task, advance=n, rate=rate, note=note)

        yield advance


@contextmanager
def _lines(what: str, total: int, done: int) -> Iterator[Callable[..., None]]:
    started, first, said = time.monotonic(), done, done * LINES // max(total, 1)

    def advance(n: int, note: str = "") -> None:
        nonlocal done, said
        done += n
        part = done * LINES // max(total, 1)
        if part > said:
            said = part
            seconds = max(time.monotonic() - started, 1e-6)
            rate = (done - first) / seconds
            left = max(total - done, 0) / max(rate, 1e-9)
            tail = f", {note}" if note else ""
            say(f"{what}: {done:,} of {total:,}, {rate:,.0f}/s, {left:,.0f} s left{tail}")

    yield advance


def counted(n: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 group", "2,000 groups"."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"
