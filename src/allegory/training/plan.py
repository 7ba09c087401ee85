"""What a run will take, measured before its first step."""

from __future__ import annotations

import statistics
import sys
import time
from typing import TYPE_CHECKING

import torch

from allegory.training.checkpoint import Checkpoint
from allegory.training.mover import weights

if TYPE_CHECKING:
    from allegory.training.trainer import Trainer

__all__ = ["plan"]

WARM, ROUNDS = 3, 10
"""Rounds tried, the first of them, which set up memory and kernels, not counted."""


def plan(trainer: Trainer) -> str:
    """Try a few rounds, undo them, and say what the whole run will take.

    A batch that does not fit the memory is cut into slices here, not on the third day.
    """
    s = trainer.settings
    before = trainer.state()
    tensors = {k: v.detach().clone() for k, v in before.tensors.items()}
    with trainer.working():
        seconds = statistics.median([timed(trainer) for _ in range(ROUNDS)][WARM:])
    slices = trainer.backward.slices
    trainer.restore(Checkpoint(tensors, before.values))
    trainer.backward.slices = slices

    thousand = 1000 * seconds / s.batch
    whole = s.images / 1000 * thousand
    held = f", {len(trainer.held_out):,} held out" if trainer.held_out else ""
    sliced = f" in {slices} slices" if slices > 1 else ""
    numbers = trainer.backward.precision
    return (
        f"plan: {weights(trainer.game):,} weights; {len(trainer.train):,} examples to train on"
        f"{held}; batches of {s.batch}{sliced}, {numbers} on {trainer.device}.\n"
        f"      {s.images:,} images at {thousand:.2f} s a thousand: about {spell(whole)}; "
        f"{memory(trainer.device):,} MB of memory."
    )


def timed(trainer: Trainer) -> float:
    """Seconds of a round."""
    began = time.monotonic()
    trainer.round()
    if trainer.device.type == "cuda":
        torch.cuda.synchronize(trainer.device)
    return time.monotonic() - began


def memory(device: torch.device) -> int:
    """Most memory used so far, in megabytes, on the device."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) // 2**20
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (2**20 if sys.platform == "darwin" else 2**10)


def spell(seconds: float) -> str:
    """A time for people: "40 s", "6 min", "3.5 h"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
