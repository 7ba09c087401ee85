"""The dealer: cuts each step's batch, and gives each slice of it its examples and its turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allegory.data.augment import flip
from allegory.data.dataset import Dataset, binarize
from allegory.data.order import batch_rows, share
from allegory.media import Images
from allegory.training.game import Batch, Turn
from allegory.training.noise import Noise, fold

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray
    from torch import Tensor

    from allegory.training.world import World

__all__ = ["Dealer"]


@dataclass(frozen=True)
class Dealer:
    """Pure: what it deals follows from the seed, the step and the slice."""

    data: Dataset
    columns: tuple[str, ...]
    """What the game reads of each example beside the example."""
    seed: int
    batch: int
    """Examples in the global batch, over all processes."""
    flips: bool
    """Whether half of the pictures are mirrored."""
    world: World
    device: torch.device
    layout: torch.memory_format
    """How a batch lies in memory."""
    sums: NDArray[np.float64] | None = None
    """Of weights, (n,), by which examples are drawn; None: each comes once an epoch."""

    def deal(
        self,
        player: str,
        *,
        step: int,
        images: int,
        slices: int,
        index: int,
        table: dict[str, Tensor],
    ) -> tuple[Batch, Turn]:
        """Slice `index` of the `slices` of this process's share of the batch, and its turn."""
        rows = batch_rows(self.seed, step, self.batch, len(self.data), self.sums)
        cut = share(np.arange(self.batch), self.world.rank, self.world.size)
        cut = share(cut, index, slices)
        here = slice(int(cut[0]), int(cut[-1]) + 1)
        x = self.data.grey(rows[here], device=self.device).contiguous(memory_format=self.layout)
        if self.flips:
            x = flip(x, rows[here], self.seed, step)
        if isinstance(self.data.media, Images) and self.data.media.binary:
            x = binarize(x, self.noise("binarize", step, here).uniform(*x.shape[1:]))
        noise = self.noise(player, step, here)
        known = self.data.known(self.columns, rows[here], device=self.device)
        return Batch(x, known), Turn(step=step, images=images, noise=noise, table=table)

    def whole(self, player: str, *, step: int, images: int, table: dict[str, Tensor]) -> Turn:
        """The turn of this process's whole share."""
        cut = share(np.arange(self.batch), self.world.rank, self.world.size)
        noise = self.noise(player, step, slice(int(cut[0]), int(cut[-1]) + 1))
        return Turn(step=step, images=images, noise=noise, table=table)

    def noise(self, purpose: str, step: int, rows: slice) -> Noise:
        """Random numbers for one purpose in one step."""
        seed = fold(self.seed, purpose, step)
        return Noise(seed, batch=self.batch, rows=rows, device=self.device)
