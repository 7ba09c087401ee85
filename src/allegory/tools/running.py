"""How every tool runs a model: with the randomness it is given, in batches of bounded size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from allegory.capabilities import Decodes
from allegory.hardware import device_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

__all__ = ["BATCH", "home", "in_batches"]

BATCH = 256
"""Examples that go through a model at once."""


def home(model: object) -> torch.device:
    """Where the model reads its inputs: where its codes or its weights lie; else the CPU."""
    if isinstance(model, Decodes):
        return model.latent.mean.device
    return device_of(model)


def in_batches(
    run: Callable[[Tensor], Tensor],
    x: Tensor,
    at: torch.device | None = None,
    batch: int = BATCH,
) -> Tensor:
    """Run x (n, ...) through a function of rows, `batch` at a time; the result is on the CPU.

    Each part is brought to the device `at` first; None: it runs where x is.
    """
    return torch.cat([run(part.to(at or part.device)).cpu() for part in torch.split(x, batch)])
