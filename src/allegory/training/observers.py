"""Those who watch a run: they see the averaged copy, and cannot change anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["Observer", "Scene"]


@dataclass(frozen=True)
class Scene:
    """What observers see, at each evaluation."""

    images: int
    """Examples seen."""
    model: nn.Module
    """The averaged copy, in evaluation mode."""
    held_out: dict[str, float]
    """Named parts of the held-out loss and their "total"; empty where no examples are held out."""
    best: bool
    """Whether the held-out loss is the lowest so far."""
    weights: Tensor | None = None
    """(n,): by which the training examples of this epoch are drawn, on the processor; None: each
    comes once."""


class Observer(Protocol):
    """Called at each evaluation, on the leading process."""

    def __call__(self, scene: Scene) -> None:
        """Look at the scene."""
