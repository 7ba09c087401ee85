"""What a picture looks like in a few hundred numbers, without a network that learned it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional as F

from allegory.media import Vectors

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.media import Media

__all__ = ["details"]

SMALLEST = 8
"""Shorter side, from which on a picture is halved no more."""
CELLS = 4
"""Cells along each side, in which the strength of the detail is averaged."""


def details(x: Tensor, media: Media) -> Tensor:
    """Layout and texture of pictures x (n, *media.shape), or vectors in deviations: (n, d).

    The levels of a Laplacian pyramid (Burt & Adelson 1983): of the smallest picture the values, of
    each detail that halving loses how strong it is in each cell.
    """
    if isinstance(media, Vectors):
        return (x - x.new_tensor(media.offset)) / x.new_tensor(media.scale)
    found = []
    while min(x.shape[-2:]) >= 2 * SMALLEST:
        small = F.avg_pool2d(x, 2, ceil_mode=True)
        lost = x - F.interpolate(small, size=x.shape[-2:], mode="bilinear")
        found.append(F.adaptive_avg_pool2d(lost.abs(), CELLS).flatten(1))
        x = small
    return torch.cat([x.flatten(1), *found], dim=1)
