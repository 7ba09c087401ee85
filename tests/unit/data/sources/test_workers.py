"""Rendering in processes gives what rendering here gives."""

import numpy as np

from allegory.data.sources.faces import draw, render
from allegory.data.sources.faces.workers import CHUNK, render_range


def test_processes_render_what_this_one_does(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    n, job = CHUNK + 3, {"seed": 1, "factors": {}, "kind": "objects"}
    chunks = list(render_range(n, height=8, width=10, **job))
    assert [len(c) for c in chunks] == [CHUNK, 3]
    rows = np.array([0, CHUNK - 1, CHUNK, n - 1])
    table = draw(rows, seed=1, factors={}, kind="objects")
    expected = render(table, height=8, width=10, kind="objects")
    assert np.array_equal(np.concatenate(chunks)[rows], expected)
