"""A conditional model held to one of its classes, so that every tool works for the class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from allegory.errors import unknown
from allegory.tools.requires import require

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Generator, Tensor

    from allegory.capabilities import Conditional, LatentSpace

__all__ = ["OfClass", "chosen_classes", "of_class"]

ALL = "all"


class OfClass:
    """Samples, Decodes: those of one class of a conditional model."""

    def __init__(self, model: Conditional, index: int) -> None:
        self.model, self.index, self.media = model, index, model.media

    @property
    def latent(self) -> LatentSpace:
        """The space of codes, the same for all classes."""
        return self.model.latent

    def sample(self, n: int, *, rng: Generator | int) -> Tensor:
        """Draw n examples (n, *media.shape) of the class."""
        return self.model.sample(n, rng=rng, labels=self._labels(n))

    def decode(self, z: Tensor) -> Tensor:
        """Decode z (n, latent.size) to examples of the class, (n, *media.shape)."""
        return self.model.decode(z, labels=self._labels(len(z)))

    def _labels(self, n: int) -> Tensor:
        return torch.full((n,), self.index, device=self.model.latent.mean.device)


def of_class(model: object, name: str) -> OfClass:
    """The model held to the class of this name.

    Raises:
        UserError: there is no such class, or the model is not conditional.
    """
    conditional: Conditional = require(model, "sample a class")
    if name not in conditional.conditions:
        raise unknown("class", name, conditional.conditions)
    return OfClass(conditional, conditional.conditions.index(name))


def chosen_classes(model: object, names: Sequence[str]) -> tuple[str, ...]:
    """These classes of the model, or every one for the single name "all".

    Raises:
        UserError: as of `of_class`.
    """
    conditional: Conditional = require(model, "sample a class")
    if tuple(names) == (ALL,) and ALL not in conditional.conditions:
        return conditional.conditions
    for name in names:
        of_class(model, name)
    return tuple(names)
