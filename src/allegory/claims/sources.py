"""The program's own source as a digest: what results and trained models are keyed by."""

from __future__ import annotations

import functools
import hashlib
from importlib.metadata import version
from pathlib import Path

import allegory

__all__ = ["TRAINING", "digest_of", "source_digest"]

TRAINING = (
    "data", "media.py", "randomness.py", "capabilities.py", "networks", "objectives", "models",
    "training", "games", "recipes", "runs/play.py", "runs/record.py", "runs/watch.py",
    "measures/rarity.py", "measures/outliers.py", "tools/outliers.py", "tools/strangeness.py",
    "tools/references.py", "tools/detector_file.py",
)  # fmt: skip
"""Rooms of the package that decide what a trained model is, and what its run recorded."""


def digest_of(*parts: str) -> str:
    """A name for these texts; any change gives another."""
    return hashlib.blake2b(repr(parts).encode(), digest_size=12).hexdigest()


@functools.cache
def source_digest(rooms: tuple[str, ...]) -> str:
    """A name for the source of these folders and files of the package, and for torch's version."""
    root = Path(allegory.__file__).parent
    named = [root / room for room in rooms]
    paths = [path for place in named for path in (sorted(place.rglob("*.py")) or [place])]
    texts = [(str(path.relative_to(root)), path.read_text(encoding="utf-8")) for path in paths]
    return digest_of(version("torch"), *(part for pair in texts for part in pair))
