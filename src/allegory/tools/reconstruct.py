"""Examples as the model remembers them: through the latent code and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import torch

from allegory.capabilities import Decodes, Encodes
from allegory.tools.running import home, in_batches

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["EncodesAndDecodes", "reconstruct"]


class EncodesAndDecodes(Encodes, Decodes, Protocol):
    """Finds the code of an example, and turns codes into examples."""


@torch.inference_mode()
def reconstruct(model: EncodesAndDecodes, x: Tensor) -> Tensor:
    """Decode the posterior mean of x (n, *media.shape): the same shape and range, on the CPU."""
    return in_batches(lambda part: model.decode(model.encode(part).mean), x, home(model))
