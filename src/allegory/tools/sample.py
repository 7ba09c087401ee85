"""New examples from nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from allegory.errors import UserError
from allegory.randomness import generator
from allegory.tools.running import BATCH

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from allegory.capabilities import Samples

__all__ = ["sample"]


@torch.inference_mode()
def sample(model: Samples, n: int, *, rng: Generator | int, batch: int = BATCH) -> Tensor:
    """Draw n examples, (n, *media.shape) on the CPU, in the media's range.

    The same rng and the same batch give the same examples.
    """
    if n < 1:
        raise UserError(f"cannot draw {n} examples: ask for 1 or more.")
    rng = generator(rng)
    sizes = [min(batch, n - done) for done in range(0, n, batch)]
    return torch.cat([model.sample(size, rng=rng).cpu() for size in sizes])
