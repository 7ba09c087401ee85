"""Training as a process of its own: begun, found again by its folder, stopped, gone on with.

The process is the command line itself. It knows nothing of the studio, and the studio finds it by
its folder alone, whoever began it.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from allegory.errors import UserError
from allegory.recipes.settings import read_run, write_run
from allegory.runs.at_work import announce, coming, worker
from allegory.runs.folder import RunFolder
from allegory.studio.shelf import ASKED

if TYPE_CHECKING:
    from allegory.recipes.settings import Run

__all__ = ["LOG", "alive", "audit", "begin", "go_on", "last_line", "reap", "stop"]

LOG = "log.txt"
"""What the process says."""
CHILDREN: list[subprocess.Popen[bytes]] = []
"""Those that this server began: asked after, so that none that has ended stays in the table of
processes. Nothing else is ever read from here."""


def begin(runs: Path, run: Run) -> RunFolder:
    """Start a run in the next free folder of `runs`."""
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", f"{run.recipe}-{Path(run.data.source).stem}")[:60]
    number = 1
    while True:
        path = runs / (name if number == 1 else f"{name}-{number}")
        try:
            path.mkdir(parents=True)
            break
        except FileExistsError:
            number += 1
        except OSError as error:
            raise UserError(f"cannot write '{runs}': {error.strerror or error}") from error
    write_run(run, path / ASKED)
    _train(path, run)
    return RunFolder(path)


def go_on(folder: RunFolder, images: int | None = None) -> None:
    """Go on with a run that was stopped, or train one longer.

    Raises:
        UserError: it is being trained.
    """
    path = folder.path
    if worker(path) is not None or coming(path) is not None:
        raise UserError(f"{path.name} is being trained already.")
    if folder.settings.exists():
        _start(path, "resume", str(path), *([] if images is None else ["--images", str(images)]))
    else:
        _train(path, read_run(path / ASKED))


def stop(folder: RunFolder) -> None:
    """Ask the process that trains a run to save everything and end.

    Raises:
        UserError: none does.
    """
    process = worker(folder.path) or coming(folder.path)
    if process is None:
        raise UserError(f"{folder.path.name} is not being trained.")
    os.kill(process, signal.SIGTERM)


def audit(folder: RunFolder, out: Path) -> None:
    """Begin the audit of a run's data, into a folder.

    Raises:
        UserError: it is at work already, or the folder can't be made.
    """
    if alive(out):
        raise UserError(f"{folder.path.name} is being audited already.")
    try:
        out.mkdir(exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot write '{out.name}': {error.strerror or error}") from error
    _start(out, "audit", "--run", str(folder.path), "--out", str(out))


def alive(path: Path) -> bool:
    """Whether a process that was begun in this folder, or another that works there, lives."""
    return worker(path) is not None or coming(path) is not None


def last_line(path: Path) -> str:
    """The last line that the process of a folder said."""
    try:
        with (path / LOG).open("rb") as log:
            log.seek(max(0, (path / LOG).stat().st_size - 4_000))
            lines = log.read().decode("utf-8", "replace").replace("\r", "\n").strip().splitlines()
    except OSError:
        return ""
    return lines[-1].removeprefix("allegory: ") if lines else ""


def reap() -> None:
    """Let processes go that have ended."""
    CHILDREN[:] = [child for child in CHILDREN if child.poll() is None]


def _train(path: Path, run: Run) -> None:
    asked = ("--config", str(path / ASKED), "--out", str(path))
    _start(path, "train", run.recipe, run.data.source, *asked)


def _start(path: Path, *arguments: str) -> None:
    """The command line, in a session of its own: no signal to the server reaches it."""
    reap()
    with (path / LOG).open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "allegory.cli.main", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    announce(path, child.pid)
    CHILDREN.append(child)
