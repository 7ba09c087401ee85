"""What is measured: a model and its data, and what the groups of measures share of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from allegory.data.dataset import binarize
from allegory.measures.fidelity.features import read_features
from allegory.measures.grouping import BINS
from allegory.media import Images, to_bytes, to_unit
from allegory.progress import track
from allegory.runs.inputs import held_out
from allegory.runs.measuring.networks import Choice, features_of
from allegory.tools.running import BATCH, home
from allegory.tools.sample import draw
from allegory.training.noise import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from torch import Generator, Tensor

    from allegory.capabilities import Posterior
    from allegory.data.dataset import Dataset
    from allegory.measures.fidelity.features import Features

__all__ = ["Options", "Sides", "Subject", "batches"]


@dataclass(frozen=True)
class Options:
    """How to measure."""

    examples: int = 2_000
    """Held-out examples at most."""
    samples: int = 5_000
    """Examples to generate, and held-out ones at most to compare them with."""
    draws: int = 64
    """Importance samples an example for the bound on log p(x)."""
    features: Choice = "default"
    """What samples are compared by."""
    truncation: float | None = None
    """Samples are of codes whose latents lie within so many deviations; None: of all codes."""
    seed: int = 0
    group: tuple[str, ...] = ()
    """Columns that groups are made of, crossed where they are several."""
    bins: int = BINS
    """Groups at most that a column of numbers is cut into."""
    positive: str | None = None
    """The class that is looked for, in rates of groups; by default the second of two."""


@dataclass(frozen=True)
class Sides:
    """Features of real and of generated examples."""

    real: Tensor
    """(n, d), of held-out examples."""
    generated: Tensor
    """(m, d)"""
    name: str
    """The feature network."""
    resize: str
    reference: str
    """What the real examples are."""

    def equal(self) -> tuple[Tensor, Tensor]:
        """As many of each, since many figures depend on n; of the longer side some at random."""
        n = min(len(self.real), len(self.generated))
        return _some(self.real, n), _some(self.generated, n)


class Subject:
    """A model before the data that it is measured on; what is costly is made once, when asked."""

    def __init__(self, model: Any, data: Dataset, options: Options, *, own: bool = True) -> None:
        """A subject.

        Args:
            model: what it can do is asked first, by the table of groups.
            data: the whole data set.
            options: how to measure.
            own: whether the model has learned from their training split.
        """
        self.model, self.data, self.options, self.own = model, data, options, own

    @cached_property
    def train(self) -> Dataset | None:
        """The training split, where there is one."""
        return self.data.split("train") if len(self.data.splits.get("train", ())) else None

    def rng(self, group: str) -> Generator:
        """The randomness of a group: it does not depend on which others are measured."""
        return torch.Generator().manual_seed(fold(self.options.seed, group))

    @cached_property
    def held_out(self) -> Dataset:
        """The examples to measure on."""
        return held_out(self.data, self.options.examples)

    @cached_property
    def beside(self) -> Dataset:
        """The held-out examples to compare samples with."""
        return held_out(self.data, self.options.samples)

    @property
    def mixed(self) -> str | None:
        """Why training and held-out examples can't be compared; None where they can."""
        if self.train is None:
            return "the data have no training split"
        if not len(self.data.splits.get("test", ())):
            return "the data have no test split to compare with"
        if not self.own:
            return (
                "it is measured on the data that the model has learned from: give no other source"
            )
        return None

    @cached_property
    def where(self) -> str:
        """Which examples are held out, in words."""
        if len(self.data.splits.get("test", ())):
            return f"test split of {self.data.name}"
        learned = self.own and self.train is not None
        return f"all of {self.data.name}" + (", what was learned from included" if learned else "")

    @cached_property
    @torch.inference_mode()
    def posterior(self) -> tuple[Tensor, Tensor]:
        """Means and deviations of the codes of the held-out examples, (n, latents) each."""
        found: list[Posterior] = []
        rng = self.rng("encoding")
        with track("encoding", len(self.held_out)) as advance:
            for rows in batches(len(self.held_out)):
                x = self.held_out.take(rows, device=home(self.model), rng=rng)
                found.append(self.model.encode(x))
                advance(len(rows))
        return (
            torch.cat([q.mean.cpu() for q in found]),
            torch.cat([q.std.cpu() for q in found]),
        )

    @cached_property
    def features(self) -> Features:
        """What samples are compared by.

        Raises:
            UserError: it is not here, or does not read such examples.
        """
        return features_of(self.options.features, self.data)

    def generated(self, rows: NDArray[np.integer]) -> Tensor:
        """These of the generated examples, (n, *media.shape): 8 bits a value, as pictures have.

        Each batch has a seed of its own, so that no more than one needs to be kept.
        """
        batch, place = np.divmod(np.asarray(rows), BATCH)
        found = {b: self._batch(int(b), self.options.samples) for b in np.unique(batch)}
        return torch.stack([found[b][i] for b, i in zip(batch, place, strict=True)])

    def samples(self, n: int, labels: Tensor | None = None) -> Iterator[Tensor]:
        """So many generated examples, a batch at a time, with progress; as `generated`.

        Of the classes `labels` (n,), where they are given, by a conditional model.
        """
        with track("generating samples", n) as advance:
            for number, start in enumerate(range(0, n, BATCH)):
                yield self._batch(number, n, labels)
                advance(min(BATCH, n - start))

    @torch.inference_mode()
    def _batch(self, number: int, n: int, labels: Tensor | None = None) -> Tensor:
        """Batch `number` of n generated examples."""
        start = number * BATCH
        size = min(BATCH, n - start)
        rng = torch.Generator().manual_seed(fold(self.options.seed, "samples", number))
        asked = (
            {} if labels is None else {"labels": labels[start : start + size].to(home(self.model))}
        )
        x = draw(self.model, size, rng, truncation=self.options.truncation, **asked).cpu()
        media = self.model.media
        if not isinstance(media, Images):
            return x
        if media.binary:
            return binarize(x, torch.rand(x.shape, generator=rng))
        return to_unit(to_bytes(x))

    @cached_property
    def sides(self) -> Sides:
        """Features of held-out and of generated examples.

        Raises:
            UserError: as `features` and `read_features` do.
        """
        path = self.file
        if path is not None:
            real, generated = (read_features(path, name) for name in ("real", "generated"))
            return Sides(real, generated, path.name, "as in the file", f"real of {path.name}")
        features = self.features
        made = torch.cat([features.of(x) for x in self.samples(self.options.samples)])
        return Sides(self.real, made, features.name, features.resize, self.where)

    @cached_property
    def real(self) -> Tensor:
        """Features of those beside the samples, (n, d).

        Raises:
            UserError: as `features` does.
        """
        return self.features.of_data(self.beside)

    @property
    def file(self) -> Path | None:
        """The file that the features are in, where they come from one."""
        choice = self.options.features
        return choice if isinstance(choice, Path) and choice.suffix == ".npz" else None


def _some(x: Tensor, n: int) -> Tensor:
    """As many rows of x (m, d): a file may have them in an order that means something."""
    if len(x) == n:
        return x
    return x[torch.randperm(len(x), generator=torch.Generator().manual_seed(0))[:n]]


def batches(n: int, size: int = BATCH) -> Iterator[NDArray[np.int64]]:
    """The numbers 0 ... n - 1, `size` at a time."""
    for start in range(0, n, size):
        yield np.arange(start, min(start + size, n))
