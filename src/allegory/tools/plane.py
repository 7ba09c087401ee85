"""Codes in the plane, for a map: what is near in many dimensions is near in two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["in_the_plane"]

FEW = 12
"""Up to so many codes have no neighbourhoods: they are seen from the side that is widest."""
PERPLEXITY, ROUNDS = 30.0, 700


def in_the_plane(codes: NDArray[np.floating], seed: int) -> NDArray[np.float64]:
    """Places (n, 2) in [0, 1] for codes (n, latents).

    By t-SNE (van der Maaten & Hinton 2008, "Visualizing data using t-SNE"), from the two principal
    components. Neighbours are kept; distances between groups and their sizes say nothing.
    """
    z = codes.astype(np.float64) - codes.mean(0)
    n = len(z)
    _, _, axes = np.linalg.svd(z, full_matrices=False)
    flat = np.zeros((n, 2))
    flat[:, : min(2, len(axes))] = z @ axes[:2].T
    if n > FEW and z.shape[1] > 2 and z.any():
        from sklearn.manifold import TSNE

        width = float(flat[:, 0].std()) or 1.0
        flat = TSNE(
            init=(1e-4 * flat / width).astype(np.float32),
            perplexity=min(PERPLEXITY, (n - 1) / 3),
            max_iter=ROUNDS,
            random_state=seed,
        ).fit_transform(z.astype(np.float32))
    low, high = flat.min(0), flat.max(0)
    places: NDArray[np.float64] = np.full((n, 2), 0.5)
    np.divide(flat - low, high - low, out=places, where=high > low)
    return places
