"""The state of a run: all that the rest of it depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allegory.training.checkpoint import Checkpoint
from allegory.training.window import MOVES, Window

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.training.trainer import Trainer

__all__ = ["restore", "state_of"]

COUNTERS = (
    "step", "images", "caution", "best", "stale", "seconds", "operations",
)  # fmt: skip
"""Attributes of the trainer that, beside tensors, are a part of it."""


def state_of(trainer: Trainer) -> Checkpoint:
    """Weights, averages, moments, weights of examples, sums and counters of a trainer."""
    tensors = {f"game/{k}": v for k, v in trainer.game.state_dict().items()}
    tensors |= {f"average/{k}": v for k, v in trainer.average.model.state_dict().items()}
    tensors |= {f"window/{k}": v for k, v in trainer.window.sums.items()}
    if trainer.weights is not None:
        tensors["weights/"] = trainer.weights
    for mover in trainer.movers:
        tensors |= {f"{mover.player.name}/{k}": v for k, v in mover.state().items()}
    values = {name: getattr(trainer, name) for name in COUNTERS}
    values["rounds_in_window"] = trainer.window.rounds
    computed = {"slices": trainer.backward.slices, "precision": trainer.backward.precision}
    return Checkpoint(tensors, values | computed)


def restore(trainer: Trainer, checkpoint: Checkpoint) -> None:
    """Let a trainer go on from a checkpoint of the same run."""

    def part(prefix: str) -> dict[str, Tensor]:
        tensors = checkpoint.tensors.items()
        return {k.removeprefix(prefix): v for k, v in tensors if k.startswith(prefix)}

    values = checkpoint.values
    trainer.game.load_state_dict(part("game/"))
    trainer.average.model.load_state_dict(part("average/"))
    sums = {k: v.to(trainer.device) for k, v in part("window/").items()}
    whole = any(name.endswith(MOVES) for name in sums)
    trainer.window = Window(sums, values["rounds_in_window"]) if whole else Window()
    trainer.draw_by(part("weights/").get(""))
    for mover in trainer.movers:
        mover.restore(part(f"{mover.player.name}/"))
    for name in COUNTERS:
        # what an older version did not count stays at its start
        setattr(trainer, name, values.get(name, getattr(trainer, name)))
    trainer.backward.slices = values.get("slices", trainer.backward.slices)
    trainer.backward.precision = values.get("precision", trainer.backward.precision)
