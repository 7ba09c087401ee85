"""New examples for the thin regions of a data set, made between examples that are there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from allegory.errors import UserError
from allegory.tools.running import home, in_batches

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from allegory.capabilities import Decodes

__all__ = ["Filled", "fill"]

NEIGHBOURS = 5
"""Of an example, towards one of which a new one is made."""
BLOCK = 1024


@dataclass(frozen=True)
class Filled:
    """New examples, and beside which one each was made."""

    x: Tensor
    """(n, *media.shape), on the CPU, in the media's range."""
    origins: NDArray[np.int64]
    """(n,): rows of the examples that they were made beside."""


@torch.inference_mode()
def fill(
    model: Decodes,
    codes: NDArray[np.float32],
    weights: NDArray[np.float64],
    n: int,
    groups: NDArray[np.integer] | None = None,
    *,
    seed: int,
) -> Filled:
    """Make n examples where weights say that some are wanting.

    An example of weight w > 1 stands for w - 1 that are not there: it is drawn by that, and a code
    is taken at random on the way to one of its 5 nearest neighbours. Chawla et al. (2002), "SMOTE:
    synthetic minority over-sampling technique", in the latent space, as Dablain et al. (2022),
    "DeepSMOTE". What is decoded is a mean: it may be smoother than the data.

    Args:
        model: it.
        codes: (m, latents) of the examples.
        weights: (m,), of mean 1.
        n: how many.
        groups: (m,): neighbours are looked for in the same group.
        seed: of the draws.

    Raises:
        UserError: there are fewer than 2 examples, or n is less than 1.
    """
    if n < 1 or len(codes) < 2:
        raise UserError(f"can't make {n} examples between {len(codes)}.")
    rng = np.random.default_rng(seed)
    wanting = np.clip(weights - 1, 0, None)
    chances = wanting / wanting.sum() if wanting.sum() > 0 else None
    origins = np.sort(rng.choice(len(codes), n, p=chances))
    groups = np.zeros(len(codes), np.int64) if groups is None else groups
    ends = np.empty_like(origins)
    for group in np.unique(groups[origins]):
        of = np.flatnonzero(groups[origins] == group)
        members = np.flatnonzero(groups == group)
        for part in np.array_split(of, -(-len(of) // BLOCK)):
            ends[part] = members[_neighbours(codes[origins[part]], codes[members], rng)]
    z = codes[origins] + rng.random((n, 1), np.float32) * (codes[ends] - codes[origins])
    x = in_batches(model.decode, torch.from_numpy(z), home(model))
    return Filled(x, origins)


def _neighbours(
    of: NDArray[np.float32], among: NDArray[np.float32], rng: np.random.Generator
) -> NDArray[np.int64]:
    """One of the nearest of each, by chance, (n,); itself where it is alone."""
    k = min(NEIGHBOURS + 1, len(among))
    away = torch.cdist(torch.from_numpy(of), torch.from_numpy(among))
    nearest = away.topk(k, largest=False).indices.numpy()
    place = rng.integers(min(1, k - 1), k, len(of))
    return np.asarray(nearest[np.arange(len(of)), place])
