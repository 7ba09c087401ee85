"""A benchmark's answer: one JSON object, printed, and written where that is asked for."""

from __future__ import annotations

import json

__all__ = ["answer"]


def answer(result, path=None):
    """Print the result; write it to `path` too, unless that is None."""
    text = json.dumps(result, indent=2)
    print(text)
    if path is not None:
        path.write_text(text + "\n")
