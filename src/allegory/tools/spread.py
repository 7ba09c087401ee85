"""Directions along which the codes of a data set differ most: what varies in it, how unevenly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from allegory.tools.naming import name_axes
from allegory.tools.running import home, in_batches
from allegory.tools.traverse import Axis

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from torch import Tensor

    from allegory.capabilities import Decodes
    from allegory.data.dataset import Column

    Floats = NDArray[np.float64]

__all__ = ["Direction", "along", "directions"]

END, FEWEST = 0.05, 4
"""Share of the examples that lie at each end of a direction, and how many at least."""


@dataclass(frozen=True)
class Direction:
    """A direction through the codes of n examples."""

    vector: Floats
    """(latents,), of length 1."""
    std: float
    """Standard deviation of the codes along it."""
    share: float
    """Its part of the variance of all codes, 0 to 1."""
    places: Floats
    """(n,): where each example lies along it, in standard deviations from the mean."""
    ends: tuple[NDArray[np.int64], NDArray[np.int64]]
    """Examples at the low and at the high end, those first that are most typical otherwise."""
    name: str | None
    """The known column that it follows, with the strength, such as "age (0.52)"."""


def directions(
    codes: NDArray[np.floating], columns: Mapping[str, Column], most: int
) -> list[Direction]:
    """The principal components of codes (n, latents), at most so many, the widest first.

    Args:
        codes: those of the examples.
        columns: what is known of them, to name directions by.
        most: how many.
    """
    z = codes.astype(np.float64) - codes.mean(0)
    variances, vectors = np.linalg.eigh(z.T @ z / len(z))
    total, found = float(variances.clip(min=0).sum()), []
    for j in np.argsort(-variances)[:most]:
        variance, vector = float(variances[j]), vectors[:, j]
        if total <= 0 or variance <= 1e-9 * total:
            break
        vector = vector * np.sign(vector[np.abs(vector).argmax()])
        places = z @ vector / np.sqrt(variance)
        beside = np.sqrt(((z - np.outer(z @ vector, vector)) ** 2).sum(1))
        axis = name_axes(torch.from_numpy(places[:, None]), columns, [Axis(0, 0.0, 0.0)])[0]
        found.append(
            Direction(
                vector,
                float(np.sqrt(variance)),
                variance / total,
                places,
                (_end(places, beside), _end(-places, beside)),
                axis.name,
            )
        )
    return found


def _end(places: Floats, beside: Floats) -> NDArray[np.int64]:
    n = len(places)
    last = np.argsort(places, kind="stable")[: max(1, min(FEWEST, n // 2), round(END * n))]
    return last[np.argsort(beside[last], kind="stable")]


@torch.inference_mode()
def along(
    model: Decodes, codes: NDArray[np.floating], direction: Direction, steps: Floats
) -> Tensor:
    """What is decoded on the way, from the mean code: (steps, *media.shape) on the CPU.

    Args:
        model: it.
        codes: (n, latents) of the examples.
        direction: the way.
        steps: (t,) places along it, in standard deviations.
    """
    way = codes.mean(0) + direction.std * steps[:, None] * direction.vector
    return in_batches(model.decode, torch.from_numpy(way).float(), home(model))
