"""What the verbs for models that denoise share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from allegory.tools.requires import require

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.media import Media
    from allegory.recipes.settings import Run

__all__ = ["class_index", "drawn_by", "originals"]

SHOWN = 4
"""Held-out examples where no picture is given."""


def drawn_by(model: Any, solver: str | None, steps: int | None, guidance: float | None) -> Any:
    """The model with its own sampler, or with what is asked for of it.

    Raises:
        UserError: the model has no solver, or the sampler is not there.
    """
    asked = {"solver": solver, "steps": steps, "guidance": guidance}
    if all(value is None for value in asked.values()):
        return model
    return require(model, "choose a solver").drawn_by(**asked)


def class_index(model: Any, label: str | None) -> int | None:
    """The index of a class by its name; None of none.

    Raises:
        UserError: as of `of_class`.
    """
    from allegory.tools.classes import of_class

    return None if label is None else of_class(model, label).index


def originals(run: Run, media: Media, pictures: tuple[Path, ...], seed: int) -> Tensor:
    """A person's own pictures, or some held-out examples: (n, *media.shape).

    Raises:
        UserError: a file can't be read, or the model does not work on pictures.
    """
    import numpy as np

    from allegory.runs.inputs import held_out, open_for, own_picture

    if pictures:
        return torch.cat([own_picture(path, media) for path in pictures])
    data = held_out(open_for(run, media), SHOWN, seed)
    return data.take(np.arange(len(data)))
