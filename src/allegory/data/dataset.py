"""A data set: examples in a packed store, what is known of each, and its splits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from allegory.errors import UserError, unknown
from allegory.media import Images, Media, Vectors, to_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import torch
    from numpy.typing import NDArray

__all__ = ["Column", "Dataset", "Modes", "Skipped"]


@dataclass(frozen=True)
class Column:
    """One thing that is known of every example: a factor, a label, a file name."""

    kind: Literal["number", "category", "text"]
    values: NDArray[np.generic]
    """(n,): float64 for a number (NaN where missing), int64 index into `names` for a category (-1
    where missing), str for text."""
    names: tuple[str, ...] = ()
    """The categories, in the order of their index."""


@dataclass(frozen=True)
class Skipped:
    """An input that could not be used, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class Modes:
    """The places around which the examples of a distribution lie, each in a round Gaussian."""

    centres: NDArray[np.float64]
    """(k, size)"""
    std: NDArray[np.float64]
    """(k,): the standard deviation of each along every axis."""
    weights: NDArray[np.float64]
    """(k,): their shares of the examples, with sum 1."""


@dataclass(frozen=True)
class Dataset:
    """Examples and what is known of them; immutable, cheap to take parts of.

    `rows` says which rows of the store this data set shows, so that a split or a selection is a
    view: `len`, `take` and `table` all speak of the shown rows, counted from 0.
    """

    name: str
    media: Media
    store: NDArray[np.generic]
    """Every example: uint8 (N, height, width, channels) for pictures and pairs, float32 (N, size)
    for vectors; usually a read-only memory map."""
    rows: NDArray[np.int64]
    """(n,): the rows of the store that are shown, in order."""
    columns: dict[str, Column] = field(default_factory=dict)
    """What is known of each row of the store, (N,) each."""
    splits: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    """Disjoint rows of the store, sorted: "train", "validation", "test"."""
    fingerprint: str = ""
    """Names the content of the store: equal fingerprints, equal examples."""
    skipped: tuple[Skipped, ...] = ()
    log_density: Callable[[NDArray[np.float64]], NDArray[np.float64]] | None = None
    """The exact log-density in nats, (n, size) -> (n,), where the data come from a known one."""
    modes: Modes | None = None
    """Where the data come from some known Gaussians: those."""
    whole: Dataset | None = None
    """Of pairs whose domains are two parts of one source: that source, its other parts too."""

    def __len__(self) -> int:
        return len(self.rows)

    def split(self, name: str) -> Dataset:
        """The part of the data called `name`: "train", "validation" or "test"."""
        if name not in self.splits:
            raise unknown("split", name, self.splits)
        return self.select(np.flatnonzero(np.isin(self.rows, self.splits[name])))

    def select(self, indices: NDArray[np.integer]) -> Dataset:
        """The data set that shows only these of the shown examples, in this order."""
        return replace(self, rows=self.rows[np.asarray(indices, dtype=np.int64)])

    def table(self) -> dict[str, Column]:
        """What is known of each shown example, (n,) each."""
        return {k: replace(c, values=c.values[self.rows]) for k, c in self.columns.items()}

    def take(
        self,
        indices: NDArray[np.integer],
        *,
        device: torch.device | str = "cpu",
        rng: torch.Generator | None = None,
    ) -> torch.Tensor:
        """These of the shown examples, (n, *media.shape) float32 in the media's range.

        Where media.binary, each pixel is drawn from its grey value with `rng` (seed 0 where there
        is none).
        """
        import torch

        x = self.grey(indices, device=device)
        if not isinstance(self.media, Images) or not self.media.binary:
            return x
        rng = rng or torch.Generator().manual_seed(0)
        return binarize(x, torch.rand(x.shape, generator=rng, device=rng.device).to(x.device))

    def grey(
        self, indices: NDArray[np.integer], *, device: torch.device | str = "cpu"
    ) -> torch.Tensor:
        """As `take`, but before any binarisation; pictures lie channels last in memory."""
        rows = self.rows[np.asarray(indices, dtype=np.int64)]
        raw = sent(np.take(self.store, rows, axis=0), device)
        return raw if isinstance(self.media, Vectors) else to_unit(raw.permute(0, 3, 1, 2))

    def known(
        self,
        names: Sequence[str],
        indices: NDArray[np.integer],
        *,
        device: torch.device | str = "cpu",
    ) -> dict[str, torch.Tensor]:
        """These columns of these of the shown examples, (n,) each: float32 numbers, int64 indices.

        Raises:
            UserError: there is no such column, or it holds text.
        """
        rows = self.rows[np.asarray(indices, dtype=np.int64)]
        found = {}
        for name in names:
            if name not in self.columns:
                raise unknown("column", name, self.columns)
            column = self.columns[name]
            if column.kind == "text":
                raise UserError(
                    f"the column '{name}' of '{self.name}' holds text: it can't be learned."
                )
            values = column.values[rows]
            found[name] = sent(
                values.astype(np.float32) if column.kind == "number" else values, device
            )
        return found

    def require(self, kind: type[Media], what: str) -> None:
        """Raise a UserError unless the media are of this kind; `what` names who asks."""
        if not isinstance(self.media, kind):
            has, wants = type(self.media).__name__.lower(), kind.__name__.lower()
            raise UserError(f"{what} works on {wants}, but '{self.name}' holds {has}.")


def sent(values: NDArray[np.generic], device: torch.device | str) -> torch.Tensor:
    """Numbers as a tensor on a device, which is not waited for."""
    import torch

    here = torch.from_numpy(values)
    # from other memory the copy waits for all that the device still has to do
    here = here.pin_memory() if torch.device(device).type == "cuda" else here
    return here.to(device, non_blocking=True)


def binarize(x: torch.Tensor, uniform: torch.Tensor) -> torch.Tensor:
    """Draw each value of x in [-1, 1] anew as -1 or 1 with mean x (dynamic binarisation).

    The protocol of the literature since Salakhutdinov & Murray (2008), "On the quantitative
    analysis of deep belief networks".

    Args:
        x: means in [-1, 1].
        uniform: numbers in [0, 1), same shape.
    """
    import torch

    return torch.where(uniform * 2.0 - 1.0 < x, 1.0, -1.0)
