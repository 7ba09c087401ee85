"""Codes of a run's held-out examples, to name its latents by and to start from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allegory.capabilities import Encodes
from allegory.errors import UserError
from allegory.runs.inputs import held_out, open_for

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.capabilities import Model
    from allegory.data.dataset import Column
    from allegory.recipes.settings import Run

__all__ = ["held_out_codes"]

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
    return model.encode(data.take(np.arange(len(data)))).mean, data.table()
