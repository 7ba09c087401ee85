"""An observer that says what is wrong with a run, in words, and keeps the figures behind them."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import torch

from allegory.capabilities import Discriminates, Samples
from allegory.data.dataset import binarize
from allegory.files import atomic
from allegory.measures.health import Figures, Judgements, findings, measure, reference
from allegory.measures.health.reference import FEWEST
from allegory.media import Images
from allegory.progress import say
from allegory.randomness import some_rows
from allegory.tools.running import home, in_batches
from allegory.tools.sample import sample
from allegory.training.journal import read_journal

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.data.dataset import Dataset
    from allegory.measures.health import Reference
    from allegory.runs.folder import RunFolder
    from allegory.training.observers import Scene

__all__ = ["Health"]

SAMPLES = 512
"""Samples, and examples of each split, at each evaluation."""
HELD_OUT, TRAIN = 1_000, 5_000
"""Examples among which copies are searched for, at most."""
NAMES = frozenset(f.name for f in fields(Figures))


class Health:
    """Measures samples of the same seed at each evaluation, and tells of each finding once.

    health.jsonl holds a record an evaluation: {"images", the figures, "findings"}. What is new is
    what no record before says: a run that is resumed neither repeats nor misses anything.
    """

    def __init__(
        self, folder: RunFolder, train: Dataset, held_out: Dataset, *, total: int = 0
    ) -> None:
        """An observer.

        Args:
            folder: of the run.
            train: what it learns from.
            held_out: what it does not; may be empty.
            total: images that the run will see, of which the first tenth is not judged: the
                learning rate only then has its height. Without a discriminator the first third:
                a decoder that draws means begins with one mean for all.
        """
        self.folder, self.train, self.held_out = folder, train, held_out
        self.total = total

    def __call__(self, scene: Scene) -> None:
        """Measure, tell, and keep the record."""
        model = scene.model
        if not isinstance(model, Samples) or len(self.train) + len(self.held_out) < FEWEST:
            return
        x = self.drawn(model)
        judged = self.judged(model, x) if isinstance(model, Discriminates) else None
        lengths = self.gradients(scene.images)
        now = measure(scene.images, x, self.data, judged=judged, gradients=lengths)
        before = [r for r in read_journal(self.folder.health) if r["images"] < scene.images]
        begin = self.total // (3 if judged is None else 10)
        found = findings([*map(figures_of, before), now], begin=begin)
        said = {finding["name"] for record in before for finding in record.get("findings", ())}
        record = asdict(now) | {"findings": [asdict(finding) for finding in found]}
        with atomic(self.folder.health) as file:
            file.write("".join(json.dumps(r) + "\n" for r in [*before, record]).encode())
        for finding in found:
            if finding.name not in said:
                say(f"after {scene.images:,} images: {finding.sentence} {finding.advice}")

    @cached_property
    def data(self) -> Reference:
        """The data's side."""
        held_out, train = (
            part.take(some_rows(len(part), most))
            for part, most in ((self.held_out, HELD_OUT), (self.train, TRAIN))
        )
        return reference(self.train.media, held_out, train, most=SAMPLES)

    def drawn(self, model: Samples) -> Tensor:
        """Samples (n, *media.shape) of one seed, as the examples are: binary where these are."""
        rng = torch.Generator().manual_seed(0)
        x = sample(model, SAMPLES, rng=rng)
        if isinstance(model.media, Images) and model.media.binary:
            return binarize(x, torch.rand(x.shape, generator=rng))
        return x

    @torch.inference_mode()
    def judged(self, model: Discriminates, x: Tensor) -> Judgements:
        """P(real) of samples, held-out and training examples."""
        sides = (x, self.data.held_out[:SAMPLES], self.data.train)
        return Judgements(*(in_batches(model.realness, x, home(model)) for x in sides))

    def gradients(self, images: int) -> dict[str, float]:
        """Length of each player's gradient in the newest record, by its name."""
        records = read_journal(self.folder.path / "metrics.jsonl")
        rates = [r["rates"] for r in records if "rates" in r and r["images"] <= images]
        tail = "/gradient_norm"
        return {
            k.removesuffix(tail): v for k, v in (rates or [{}])[-1].items() if k.endswith(tail)
        }


def figures_of(record: dict[str, Any]) -> Figures:
    """The figures of a record."""
    return Figures(**{k: v for k, v in record.items() if k in NAMES})
