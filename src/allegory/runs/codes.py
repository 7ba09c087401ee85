"""Codes of a run's held-out examples and of a person's pictures, to start from and to name by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from allegory.capabilities import Encodes
from allegory.errors import UserError
from allegory.progress import say
from allegory.runs.inputs import held_out, open_for, own_picture
from allegory.tools.invert import invert
from allegory.tools.running import home

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from torch import Tensor

    from allegory.capabilities import Decodes, Model
    from allegory.data.dataset import Column
    from allegory.recipes.settings import Run

__all__ = ["held_out_codes", "own_codes"]

EXAMPLES = 1_000


def held_out_codes(run: Run, model: Model) -> tuple[Tensor, dict[str, Column]] | None:
    """Posterior means (n, latents) of held-out examples of the run's data, and their columns.

    None for a model that can't encode, or where the data are gone.
    """
    if not isinstance(model, Encodes):
        return None
    try:
        data = held_out(open_for(run, model.media), EXAMPLES)
    except UserError:
        return None
    x = data.take(np.arange(len(data)), device=home(model))
    return model.encode(x).mean.cpu(), data.table()


def own_codes(model: Model, decodes: Decodes, pictures: Sequence[Path], seed: int) -> Tensor:
    """Codes (n, latents) of a person's own pictures.

    Args:
        model: tells them, where it encodes.
        decodes: the same model, or one class of it: else they are those that it decodes best.
        pictures: files.
        seed: of where the search begins.

    Raises:
        UserError: a file can't be read, or the model does not work on pictures.
    """
    x = torch.cat([own_picture(path, model.media) for path in pictures])
    if isinstance(model, Encodes):
        return model.encode(x.to(home(model))).mean.cpu()
    say("this model can't encode: the code is searched for, as 'allegory invert' does.")
    return invert(decodes, x, rng=seed, shown=True).codes
