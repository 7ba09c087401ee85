"""Large pictures in overlapping tiles, put together without seams."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

__all__ = ["in_tiles"]

OVERLAP = 0.5
"""Share of a tile's side that it has in common with the next."""
AT_ONCE = 16
"""Tiles that are run at once."""


def in_tiles(run: Callable[[Tensor], Tensor], x: Tensor, height: int, width: int) -> Tensor:
    """Run a picture x (channels, h, w) through a function of pictures, tile by tile.

    Where tiles overlap, their results fade into each other; a picture of one tile's size is run
    as it is.

    Args:
        run: pictures (n, channels, h', w') to (n, theirs, h', w').
        x: the picture.
        height: of a tile, at most.
        width: likewise.

    Returns:
        (theirs, h, w), on the CPU.
    """
    high, wide = min(height, x.shape[1]), min(width, x.shape[2])
    corners = [
        (top, left) for top in _starts(x.shape[1], high) for left in _starts(x.shape[2], wide)
    ]
    fade = _fade(high)[:, None] * _fade(wide)[None, :]
    total = weight = torch.zeros(())
    for start in range(0, len(corners), AT_ONCE):
        some = corners[start : start + AT_ONCE]
        tiles = torch.stack([x[:, top : top + high, left : left + wide] for top, left in some])
        for (top, left), tile in zip(some, run(tiles).cpu(), strict=True):
            if not total.ndim:
                total = torch.zeros(len(tile), *x.shape[1:])
                weight = torch.zeros(x.shape[1:])
            total[:, top : top + high, left : left + wide] += fade * tile
            weight[top : top + high, left : left + wide] += fade
    return total / weight


def _starts(side: int, tile: int) -> list[int]:
    """Where tiles begin along a side, the last one at its end."""
    step = max(1, round(tile * (1.0 - OVERLAP)))
    n = 1 + -(-(side - tile) // step)
    return [round(k * (side - tile) / max(n - 1, 1)) for k in range(n)]


def _fade(n: int) -> Tensor:
    """Weights (n,) along a tile's side: least, above 0, at its ends."""
    place = torch.arange(n) + 0.5
    return torch.minimum(place, n - place)
