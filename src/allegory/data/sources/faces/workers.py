"""Many pictures at once: processes of their own, one a core.

Threads would wait for the interpreter between short array operations. The processes are plain ones
that speak through pipes, since a pool of the standard library runs the caller's own script again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from allegory.data.sources.faces.factors import draw
from allegory.data.sources.faces.render import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from allegory.data.sources.faces.factors import Kind

__all__ = ["render_range"]

CHUNK = 384
"""Pictures rendered together: enough that like heads meet in one array."""


def render_range(
    n: int, *, seed: int, factors: dict[str, str], height: int, width: int, kind: Kind
) -> Iterator[NDArray[np.uint8]]:
    """Pictures 0 … n-1 of `draw` with these arguments, in order: chunks (m, height, width, 3)."""
    processes = min(os.cpu_count() or 1, -(-n // CHUNK))
    shape = {"height": height, "width": width, "kind": kind}
    job = {"n": n, "seed": seed, "factors": factors, **shape, "step": processes}
    if processes == 1:
        yield from _chunks({**job, "first": 0})
        return
    workers = [_start({**job, "first": i}) for i in range(processes)]
    try:
        for number, start in enumerate(range(0, n, CHUNK)):
            wanted = (min(CHUNK, n - start), height, width, 3)
            pipe = workers[number % processes].stdout
            raw = pipe.read(int(np.prod(wanted))) if pipe else b""
            if len(raw) != np.prod(wanted):
                raise RuntimeError("a rendering process ended early")
            yield np.frombuffer(raw, np.uint8).reshape(wanted)
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()


def _start(job: dict[str, Any]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", __name__, json.dumps(job)]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


def _chunks(job: dict[str, Any]) -> Iterator[NDArray[np.uint8]]:
    """Every `step`-th chunk of a job, from chunk `first` on."""
    n = job["n"]
    for start in range(job["first"] * CHUNK, n, job["step"] * CHUNK):
        rows = np.arange(start, min(start + CHUNK, n))
        table = draw(rows, seed=job["seed"], factors=job["factors"], kind=job["kind"])
        form = {"height": job["height"], "width": job["width"], "kind": job["kind"]}
        yield render(table, threads=1, **form)


if __name__ == "__main__":
    for chunk in _chunks(json.loads(sys.argv[1])):
        sys.stdout.buffer.write(chunk.tobytes())
