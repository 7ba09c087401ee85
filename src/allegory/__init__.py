"""Allegory: deep generative modelling of a person's own data.

>>> import allegory
>>> run = allegory.train("vae", "faces", images=200_000)  # doctest: +SKIP
>>> model = allegory.load("runs/vae-faces")  # doctest: +SKIP
>>> pictures = model.sample(64, rng=0)  # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allegory.api.measuring import compare as compare
    from allegory.api.measuring import evaluate as evaluate
    from allegory.api.runs import balance as balance
    from allegory.api.runs import load as load
    from allegory.api.runs import resume as resume
    from allegory.api.runs import train as train
    from allegory.api.sweeps import sweep as sweep
    from allegory.capabilities import capabilities_of as capabilities_of
    from allegory.data.check import check as check
    from allegory.data.open import open_data as open_data
    from allegory.errors import UserError as UserError
    from allegory.estimator import OutlierDetector as OutlierDetector
    from allegory.recipes.table import recipe as recipe
    from allegory.runs.audit import audit as audit
    from allegory.tools.directions import principal_directions as principal_directions
    from allegory.tools.encode import encode_table as encode_table
    from allegory.tools.interpolate import interpolate as interpolate
    from allegory.tools.invert import invert as invert
    from allegory.tools.reconstruct import reconstruct as reconstruct
    from allegory.tools.sample import sample as sample
    from allegory.tools.traverse import axes as axes
    from allegory.tools.traverse import move as move
    from allegory.tools.traverse import traverse as traverse

PUBLIC = {
    "audit": "allegory.runs.audit",
    "axes": "allegory.tools.traverse",
    "balance": "allegory.api.runs",
    "capabilities_of": "allegory.capabilities",
    "check": "allegory.data.check",
    "compare": "allegory.api.measuring",
    "encode_table": "allegory.tools.encode",
    "evaluate": "allegory.api.measuring",
    "interpolate": "allegory.tools.interpolate",
    "invert": "allegory.tools.invert",
    "load": "allegory.api.runs",
    "move": "allegory.tools.traverse",
    "open_data": "allegory.data.open",
    "OutlierDetector": "allegory.estimator",
    "principal_directions": "allegory.tools.directions",
    "recipe": "allegory.recipes.table",
    "reconstruct": "allegory.tools.reconstruct",
    "resume": "allegory.api.runs",
    "sample": "allegory.tools.sample",
    "sweep": "allegory.api.sweeps",
    "train": "allegory.api.runs",
    "traverse": "allegory.tools.traverse",
    "UserError": "allegory.errors",
}
"""Public name -> where it lives: imported when it is first used, since torch takes 2 s."""

__all__ = list(PUBLIC)


def __getattr__(name: str) -> Any:
    if name not in PUBLIC:
        raise AttributeError(f"module 'allegory' has no attribute '{name}'")
    return getattr(importlib.import_module(PUBLIC[name]), name)


def __dir__() -> list[str]:
    return sorted(PUBLIC)
