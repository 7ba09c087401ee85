"""What a model sees of the examples that it learned from, and how far others are from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from allegory.measures.fidelity.neighbours import nearest
from allegory.tools.running import BATCH, home

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from allegory.data.dataset import Dataset

__all__ = ["away", "references"]

REFERENCES = 10_000
"""Examples that others are compared with, at most."""
NEIGHBOUR = 5
"""Which of the nearest of them counts: a few of them may be strange themselves."""


@torch.inference_mode()
def references(
    model: Any, known: Dataset, see: Callable[[Any, Tensor], Tensor], seed: int
) -> Tensor:
    """What a model sees of some of the examples, (m, d), each seen on its own."""
    rows = np.sort(np.random.default_rng(seed).permutation(len(known))[:REFERENCES])
    parts = np.array_split(rows, -(-len(rows) // BATCH))
    return torch.cat([see(model, known.take(part, device=home(model))).cpu() for part in parts])


def away(seen: Tensor, among: Tensor) -> Tensor:
    """Distance of each of (n, d) to the fifth nearest of the references (m, d): (n,).

    Sun et al. (2022), "Out-of-distribution detection with deep nearest neighbors".
    """
    return nearest(seen.cpu(), among, min(NEIGHBOUR, len(among))).distance[:, -1]
