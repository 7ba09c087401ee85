"""Which latents the encoder uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["ActiveUnits", "active_units"]


@dataclass(frozen=True)
class ActiveUnits:
    """The latents that vary with the example."""

    count: int
    active: tuple[int, ...]
    """Which latents they are, from 0."""
    variance: tuple[float, ...]
    """Var_x E[z_j | x] of every latent, in squared units of the code."""
    threshold: float


def active_units(means: Tensor, *, threshold: float = 0.01) -> ActiveUnits:
    """Latents whose posterior means vary over the data: Var_x E_q(z_j | x)[z_j] > threshold.

    Burda et al. (2016), "Importance weighted autoencoders" (arXiv:1509.00519), section 5.2. The
    threshold is for codes under a standard normal prior, where the variance goes from 0
    (collapsed) to about 1; the codes of a plain autoencoder have no unit to hold it against. The
    variance is unbiased; its relative standard error is about √(2 / n).

    Args:
        means: posterior means, (n, latents), n ≥ 2.
        threshold: variance above which a latent counts.
    """
    variance = means.double().var(dim=0)
    active = tuple((variance > threshold).nonzero()[:, 0].tolist())
    return ActiveUnits(len(active), active, tuple(variance.tolist()), threshold)
