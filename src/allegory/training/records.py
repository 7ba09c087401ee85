"""What a trainer tells of a run: losses as it goes, and evaluations on held-out examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allegory.errors import UserError
from allegory.progress import say
from allegory.training.observers import Scene
from allegory.training.weigh import effective_share
from allegory.training.window import Window

if TYPE_CHECKING:
    from allegory.training.trainer import Trainer

__all__ = ["evaluate", "record"]

STALE = 5
"""Evaluations without a better held-out loss, after which the person is told."""


def record(trainer: Trainer) -> str:
    """Write the means since the last record; returns the loss for the progress bar."""
    if not trainer.window.rounds:
        return ""
    losses, rates = trainer.window.means()
    rates["learning_rate"] = trainer.caution * trainer.settings.lr * trainer.rate()
    rates["images_per_second"] = trainer.images / max(trainer.seconds, 1e-9)
    rates["skipped_moves"] = sum(float(m.skipped) for m in trainer.movers)
    if trainer.weights is not None:
        rates["effective_share"] = effective_share(trainer.weights)
    trainer.window = Window()
    if trainer.world.leads:
        _write(trainer, {"train": losses, "rates": rates})
    return f"loss {losses['total']:,.1f}"


def evaluate(trainer: Trainer) -> None:
    """Measure the averaged model on held-out examples and show the scene to the observers.

    One who can't write what it saw is heard, and survived.
    """
    held_out = trainer.held_out_losses()
    total = held_out.get("total", float("inf"))
    lowest = total < trainer.best
    best = lowest or total < trainer.best + trainer.game.resolution
    if lowest:  # not min: it would keep a total that is NaN for ever
        trainer.best = total
    trainer.stale = 0 if best or not held_out else trainer.stale + 1
    if trainer.stale == STALE and trainer.images < trainer.settings.images:
        say(
            f"the held-out loss has not improved over the last {STALE} evaluations. The best "
            "weights are kept; Ctrl-C stops. More data, --flip or a smaller --network may go "
            "further."
        )
    if held_out:
        _write(trainer, {"held_out": held_out})
    scene = Scene(trainer.images, trainer.average.model, held_out, best, trainer.weights)
    for observer in trainer.observers:
        try:
            observer(scene)
        except UserError as error:
            say(f"{error} Training goes on.")


def _write(trainer: Trainer, values: dict[str, dict[str, float]]) -> None:
    if trainer.journal:
        clock = {"images": trainer.images, "seconds": round(trainer.seconds, 3)}
        trainer.journal.write({**clock, **values})
