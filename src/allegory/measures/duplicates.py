"""Near-duplicates: pairs of examples that are as alike as a picture and a copy of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional as F

from allegory.data.views import SLIGHT, slightly
from allegory.measures.fidelity.neighbours import nearest
from allegory.media import Images, Vectors

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from allegory.data.dataset import Dataset
    from allegory.measures.fidelity.features import Features

__all__ = ["Pairs", "near_duplicates"]

NEIGHBOURS = 5
"""Of each example, that are looked at."""
COPIES = 400
"""Examples that are copied with slight changes, to see how far a copy gets."""
WITHIN = 0.95
"""Share of such copies that would be found."""
SMALL = 16
"""Side of the pictures that are compared directly."""
NOISE = 0.01
"""Standard deviations by which each value of a copied vector is moved."""


@dataclass(frozen=True)
class Pairs:
    """Pairs of near-duplicates that are no exact copies."""

    rows: NDArray[np.int64]
    """(k, 2), the nearest pair first."""
    equal: NDArray[np.int64]
    """(j, 2): pairs of exact copies."""
    distances: NDArray[np.float64]
    """(k,): between their features."""
    threshold: float
    """The distance within which a pair counts."""
    usual: float
    """Half of the examples have their nearest neighbour beyond this distance."""


def near_duplicates(data: Dataset, features: Tensor, by: Features, seed: int) -> Pairs:
    """Pairs of examples that lie as near as a slightly changed copy would.

    The threshold comes from copies of these very examples: pictures moved and enlarged by up to
    2 % and lightened or darkened by up to 5 %, vectors with a hundredth of noise; 95 % of such
    copies are within it. Pictures must also be as alike pixel by pixel as the copies are.

    Args:
        data: the examples.
        features: (n, d) of all of them.
        by: what made these.
        seed: of what is copied, and how.
    """
    n = len(data)
    if n < 2:
        nothing = np.empty((0, 2), np.int64)
        return Pairs(nothing, nothing, np.empty(0), 0.0, 0.0)
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.permutation(n)[:COPIES])
    x = data.take(rows)
    copies = _copies(x, data, seed)
    apart = (by.of(copies) - features[rows]).norm(dim=1)
    threshold = float(apart.quantile(WITHIN))
    found = nearest(features, features, min(NEIGHBOURS, n - 1))
    first = torch.arange(n)[:, None].expand_as(found.index)
    near = (found.distance <= threshold) & (first != found.index)
    ends = torch.stack([first[near], found.index[near]], 1).sort(dim=1).values
    pairs, places = np.unique(ends.numpy(), axis=0, return_index=True)
    distances = found.distance[near].double().numpy()[places]
    equal = _equal(pairs, data)
    kept = ~equal
    if isinstance(data.media, Images):
        kept &= _apart(pairs, data) <= float(_difference(x, copies).quantile(WITHIN))
    order = np.argsort(distances[kept], kind="stable")
    usual = float(found.distance[:, 0].median())
    return Pairs(pairs[kept][order], pairs[equal], distances[kept][order], threshold, usual)


def _copies(x: Tensor, data: Dataset, seed: int) -> Tensor:
    rng = torch.Generator().manual_seed(seed)
    if not isinstance(data.media, Vectors):
        return slightly(x, torch.rand(len(x), SLIGHT, generator=rng))
    scale = torch.tensor(data.media.scale)
    return x + NOISE * scale * torch.randn(x.shape, generator=rng)


def _equal(pairs: NDArray[np.int64], data: Dataset) -> NDArray[np.bool_]:
    store, rows = data.store, data.rows
    return np.array([np.array_equal(store[rows[a]], store[rows[b]]) for a, b in pairs], bool)


def _apart(pairs: NDArray[np.int64], data: Dataset) -> NDArray[np.float64]:
    """The difference of both pictures of each pair, (k,)."""
    parts = [
        _difference(data.take(part[:, 0]), data.take(part[:, 1])).numpy()
        for part in np.array_split(pairs, max(1, -(-len(pairs) // COPIES)))
        if len(part)
    ]
    return np.concatenate([np.empty(0), *parts])


def _difference(x: Tensor, y: Tensor) -> Tensor:
    """Root-mean-square difference of pictures (n, channels, height, width), reduced: (n,).

    In units of their contrast.
    """
    size = (min(SMALL, x.shape[2]), min(SMALL, x.shape[3]))
    a, b = (F.adaptive_avg_pool2d(v, size).flatten(1) for v in (x, y))
    contrast = (a.std(1) * b.std(1)).sqrt().clamp_min(1e-3)
    found: Tensor = (a - b).square().mean(1).sqrt() / contrast
    return found
