"""What else changes while a head is turned, read off pictures by a regressor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from allegory.tools.naming import spearman
from allegory.tools.running import home, in_batches
from allegory.tools.traverse import traverse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

    from allegory.capabilities import Decodes, Predicts
    from allegory.data.dataset import Column, Dataset

__all__ = [
    "Turned", "axis_of", "leakage", "mean_range", "read_off", "turned_by_model",
    "turned_by_renderer",
]  # fmt: skip

FRAMES = 9
EXTENT = 2.0
"""Deviations of the prior to each side of its centre."""


@dataclass(frozen=True)
class Turned:
    """Examples, one quantity of each moved over frames, and what is read off each frame."""

    strips: Tensor
    """(n, frames, *media.shape)."""
    read: dict[str, Tensor]
    """(n, frames) of each quantity, in its own unit."""


@torch.inference_mode()
def read_off(reader: Predicts, x: Tensor) -> dict[str, Tensor]:
    """The quantities of x (n, *media.shape), (n,) each, by name."""
    read = in_batches(reader.predict, x, home(reader))
    return dict(zip(reader.columns, read.T, strict=True))


def axis_of(codes: Tensor, column: Column, latents: Sequence[int]) -> int:
    """The one of these latents of codes (n, latents) that follows the column (n,) best.

    By the absolute rank correlation: moving it one way is to move a number one way.
    """
    z, values = codes.double().numpy(), column.values.astype(np.float64)
    return max(latents, key=lambda j: abs(spearman(z[:, j], values)))


def turned_by_model(model: Decodes, reader: Predicts, codes: Tensor, axis: int) -> Turned:
    """Each of codes (n, latents) decoded while one latent moves over the prior's range."""
    strips = [
        traverse(model, start=code, axes=[axis], frames=FRAMES, extent=EXTENT)[0] for code in codes
    ]
    return _turned(torch.stack(strips), reader)


def turned_by_renderer(data: Dataset, reader: Predicts, factor: str) -> Turned:
    """The same faces rendered again while one factor moves over its range in these data.

    What a perfect axis does; every other factor stays.
    """
    from allegory.data.sources.faces import render
    from allegory.media import Images, to_unit

    assert isinstance(data.media, Images)
    table = {name: np.repeat(c.values, FRAMES) for name, c in data.table().items()}
    values = data.table()[factor].values.astype(np.float64)
    table[factor] = np.tile(np.linspace(values.min(), values.max(), FRAMES), len(data))
    drawn = render(table, height=data.media.height, width=data.media.width)
    x = to_unit(torch.from_numpy(drawn).permute(0, 3, 1, 2))
    return _turned(x.reshape(len(data), FRAMES, *x.shape[1:]), reader)


def _turned(strips: Tensor, reader: Predicts) -> Turned:
    read = read_off(reader, strips.flatten(0, 1))
    return Turned(strips, {name: v.reshape(strips.shape[:2]) for name, v in read.items()})


def mean_range(read: Tensor) -> float:
    """How far readings (n, frames) go over the frames: the mean over examples."""
    return float((read.amax(1) - read.amin(1)).mean())


def leakage(read: Mapping[str, Tensor], of: str, per: str, std: Mapping[str, float]) -> float:
    """The range of one quantity over that of another, each in its standard deviations.

    Ranges are averaged over examples before they are divided, so that one that hardly moves does
    not decide. Errors of the reader widen both: `turned_by_renderer` shows by how much.

    Args:
        read: (n, frames) of each quantity.
        of: the one that should stay.
        per: the one that is meant to move.
        std: of each quantity over the data.
    """
    return mean_range(read[of]) / std[of] / max(mean_range(read[per]) / std[per], 1e-12)
