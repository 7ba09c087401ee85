"""The trainer: plays any game, round after round, and is the only one who calls backward and step.

The same seed gives the same run, and a run that is killed and resumed is the run undisturbed, bit
for bit on the processor: noise, order and augmentation are functions of the seed and the step, so
the state is weights, moments and counters.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from allegory.data.order import sums_of
from allegory.errors import Interrupted, UserError
from allegory.progress import say, track
from allegory.training import precision
from allegory.training.average import Average
from allegory.training.backward import Backward
from allegory.training.deal import Dealer
from allegory.training.hands import Hands, separable, work
from allegory.training.held_out import held_out_losses
from allegory.training.memory import kept
from allegory.training.mover import movers
from allegory.training.records import evaluate, record
from allegory.training.schedule import passes, rate
from allegory.training.state import restore, state_of
from allegory.training.stop import Stop
from allegory.training.weigh import weigh
from allegory.training.window import Window
from allegory.training.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from allegory.data.dataset import Dataset
    from allegory.training.checkpoint import Checkpoint, Checkpoints
    from allegory.training.game import Game
    from allegory.training.journal import Journal
    from allegory.training.observers import Observer
    from allegory.training.settings import TrainingSettings

__all__ = ["Trainer"]

RECORDS = 200
"""Records of the training loss over a run."""
PATIENCE = 5
"""Moves in a row that may be skipped for not being finite."""


class Trainer:
    """Plays a game on data."""

    def __init__(
        self,
        game: Game,
        train: Dataset,
        held_out: Dataset | None,
        settings: TrainingSettings,
        *,
        flips: bool = False,
        world: World | None = None,
        checkpoints: Checkpoints | None = None,
        journal: Journal | None = None,
        observers: Sequence[Observer] = (),
        shown: bool = True,
    ) -> None:
        """A trainer at the start.

        Args:
            game: what is played.
            train: the examples to play it on.
            held_out: those to measure on; None: none.
            settings: how long and how fast.
            flips: whether half of the pictures are mirrored.
            world: the processes that train together.
            checkpoints: where to save; None: nowhere.
            journal: where to record; None: nowhere.
            observers: who look on at each evaluation.
            shown: whether to show progress.
        """
        self.settings, self.train, self.held_out = settings, train, held_out
        self.world = world or World()
        if settings.slices * self.world.size > settings.batch:
            raise UserError(
                f"a batch of {settings.batch} can't be cut into {settings.slices} slices on "
                f"{self.world.size} processes: each needs an example."
            )
        self.checkpoints, self.journal, self.observers = checkpoints, journal, observers
        self.shown = shown and self.world.leads
        self.device = precision.choose_device(settings.device)
        layout = precision.memory_format(train.media, game, self.device)
        fixed = (settings.seed, settings.batch, flips, self.world, self.device, layout)
        dealer = Dealer(train, game.columns, *fixed)
        numbers = precision.choose_precision(settings.precision, train.media, self.device)
        self.backward = Backward(dealer, settings, numbers)
        self.game = game.to(device=self.device, memory_format=layout)  # type: ignore[call-overload]
        self.movers = movers(self.game, settings)
        self.average = Average(self.game.model, settings.half_life)
        self.weights: Tensor | None = None
        if settings.compile:
            for name, network in self.game.model.named_children():
                if name not in self.game.sloped:
                    network.compile()
        self.step = self.images = 0
        self.caution = 1.0
        """Factor of the learning rate: halved by a roll-back."""
        self.best, self.stale = float("inf"), 0
        self.seconds = 0.0
        self.window = Window()
        self.operations = 0
        """Of the first step, once counted: how cores share the work does not change in a run."""

    def play(self) -> None:
        """Play until all images are seen.

        Raises:
            Interrupted: asked to stop; everything is saved.
            UserError: the numbers stay non-finite after a roll-back.
        """
        total = self.settings.images
        begun = time.monotonic() - self.seconds
        bar = track("training", total, self.images, shown=self.shown)
        with Stop() as stop, self.working(), bar as advance:
            while self.images < total:
                before = self.images
                self.round()
                self.seconds = time.monotonic() - begun
                advance(min(self.images, total) - before)
                note = self.after(before)
                if note:
                    advance(0, note)
                if self.world.any(stop.asked, self.device) and self.images < total:
                    self.save()
                    raise Interrupted

    def round(self) -> None:
        """Let each player whose turn it is move once."""
        if self.begins():
            self.weigh()
        self.game.train()
        self.backward.begin(self.step, self.images)
        lr = self.caution * self.settings.lr * self.rate()
        for mover in self.movers:
            if not mover.player.moves(self.step, self.images):
                continue
            losses = self.backward(mover)
            names, parts = list(losses), torch.stack(list(losses.values())).float()
            self.world.average_([*mover.gradients(), parts])
            length = mover.step(lr, parts.sum())
            self.backward.settle(mover.player, self.game)
            prefix = f"{mover.player.name}/" if len(self.movers) > 1 else ""
            self.window.add(prefix, dict(zip(names, parts, strict=True)), length)
        self.average.update(self.images, self.settings.batch)
        self.window.rounds += 1
        self.step += 1
        self.images += self.settings.batch

    def begins(self) -> bool:
        """Whether an epoch, or a stage of the game, begins with this round."""
        before = self.images - self.settings.batch
        staged = any(before < images <= self.images for images in self.game.stages)
        return staged or passes(before, self.images, len(self.train))

    def weigh(self) -> None:
        """Ask the game by which weights examples are drawn from here."""
        found = weigh(
            self.game,
            self.train,
            self.settings,
            self.backward.precision,
            self.device,
            self.images,
        )
        if found is not None:
            self.world.average_([found])
        self.draw_by(found)

    def draw_by(self, weights: Tensor | None) -> None:
        """Draw examples by these weights (n,) from here; None: each comes once an epoch."""
        # a copy: a game may answer with a buffer of its own, and both are kept
        self.weights = None if weights is None else weights.cpu().clone()
        sums = None if self.weights is None else sums_of(self.weights.numpy())
        self.backward.dealer = replace(self.backward.dealer, sums=sums)

    @contextmanager
    def working(self) -> Iterator[None]:
        """Within this context the processor's cores share the work of a round."""
        apart = separable(self.game) and not self.settings.compile and self.device.type == "cpu"
        self.operations = self.operations or self.counted()
        with work(self.operations, apart=apart) as self.backward.hands, kept():
            yield
        self.backward.hands = Hands(1)

    @torch.no_grad()
    def counted(self) -> int:
        """Multiplications and additions of one step, about: three times those of the forward.

        Counted on an example or two: the whole batch may not fit the memory, as `Backward` finds
        out.
        """
        share = self.settings.batch // self.world.size
        batch, turn = self.backward.deal("operations", 0, share)
        with FlopCounterMode(display=False) as counter:
            self.game.held_out(self.average.model, batch, turn.noise)
        forward: int = counter.get_total_flops()
        return 3 * share * forward // len(batch)

    def rate(self) -> float:
        """Factor of the learning rate now."""
        s = self.settings
        return rate(self.images, s.images, int(s.warmup * s.images))

    def after(self, before: int) -> str:
        """What is due after a round: guard, record, evaluation, checkpoint. Returns news."""
        s, note = self.settings, ""
        finished = self.images >= s.images
        recorded = finished or passes(before, self.images, max(s.images // RECORDS, 1))
        if recorded or self.device.type == "cpu":
            self.guard()
        if recorded:
            note = self.record()
        if finished or passes(before, self.images, max(s.images // s.evaluations, 1)):
            self.evaluate()
            self.save()
        return note

    def guard(self) -> None:
        """Roll back once where the numbers stay non-finite, then give up.

        Raises:
            UserError: it happened again.
        """
        stuck = [m for m in self.movers if float(m.streak) >= PATIENCE]
        if not stuck:
            return
        mover = stuck[0]
        where = (
            f"{PATIENCE} moves of '{mover.player.name}' in a row were not finite; first seen in "
            f"{mover.suspect()}"
        )
        checkpoint = self.checkpoints.newest() if self.checkpoints else None
        if checkpoint is None or self.caution < 1.0:
            raise UserError(
                f"{where}. Try a lower --lr, --precision float32, or another likelihood; "
                "check the data with 'allegory check'."
            )
        self.restore(checkpoint)
        self.caution, self.backward.precision = 0.5, "float32"
        for mover in self.movers:
            mover.streak = torch.zeros_like(mover.streak)
        if self.journal and self.world.leads:
            self.journal.forget_after(self.images)
        self.save()
        say(
            f"{where}. Went back to {self.images:,} images; the learning rate is halved and "
            "everything is computed in float32 from here."
        )

    def record(self) -> str:
        """Write the means since the last record; returns the loss for the progress bar."""
        return record(self)

    def evaluate(self) -> None:
        """Measure the averaged model on held-out examples and show the scene to the observers."""
        if self.world.leads:
            evaluate(self)

    def held_out_losses(self) -> dict[str, float]:
        """Named parts of the held-out loss of the averaged model, and their total."""
        model = self.average.model
        return held_out_losses(
            self.game, model, self.held_out, self.settings, self.backward.precision, self.device
        )

    def save(self) -> None:
        """Write a checkpoint, on the leading process; a full disk is told, and survived."""
        if not self.checkpoints or not self.world.leads:
            return
        try:
            self.checkpoints.save(self.state(), self.images)
        except UserError as error:
            if self.images >= self.settings.images:
                raise
            say(f"{error} Training goes on.")

    def state(self) -> Checkpoint:
        """All that the rest of the run depends on."""
        return state_of(self)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go on from a checkpoint."""
        restore(self, checkpoint)
