"""Results of the tools as pictures and films, whatever the examples are.

Pictures are laid out on sheets; vectors are drawn as points. All results are uint8 (H, W, C), and
films (t, H, W, C), for `write_picture` and `write_film`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from allegory.media import Images, Pairs
from allegory.report.sheets import sheet
from allegory.report.vectors import as_points, draw_points, limits_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from allegory.media import Media

__all__ = [
    "draw_examples",
    "draw_film",
    "draw_groups",
    "draw_pairs",
    "draw_strips",
    "in_colour",
    "side_by_side",
]


def draw_examples(x: Tensor, media: Media, columns: int | None = None) -> NDArray[np.uint8]:
    """Examples x (n, *media.shape)."""
    if isinstance(media, Pairs):
        return sheet(side_by_side(x, media), columns)
    if isinstance(media, Images):
        return sheet(x, columns)
    return draw_points([as_points(_numbers(x))], joined=media.shape == (1,))


def draw_groups(x: Tensor, media: Media, labels: Sequence[str]) -> NDArray[np.uint8]:
    """Groups of examples x (k, n, *media.shape), a label each: a row of pictures, or a colour."""
    if isinstance(media, Images):
        return sheet(x.flatten(0, 1), x.shape[1], labels=labels)
    points = [as_points(_numbers(group)) for group in x]
    return draw_points(points, labels, joined=media.shape == (1,))


def draw_pairs(x: Tensor, y: Tensor, media: Media, columns: int = 8) -> NDArray[np.uint8]:
    """Originals x and reconstructions y, (n, *media.shape) each: rows of x over rows of y."""
    if isinstance(media, Images):
        columns = min(columns, len(x))
        return sheet(_interleave(x, y, columns), columns)
    return draw_groups(torch.stack([x, y]), media, ("original", "reconstructed"))


def draw_strips(strips: Tensor, media: Media, labels: Sequence[str] = ()) -> NDArray[np.uint8]:
    """Paths through the latent space, (paths, frames, *media.shape): a row each."""
    if isinstance(media, Images):
        return sheet(strips.flatten(0, 1), strips.shape[1], labels=labels)
    return draw_points([_path(strip) for strip in strips], labels, joined=True)


def draw_film(
    strips: Tensor, media: Media, labels: Sequence[str] = (), columns: int | None = None
) -> NDArray[np.uint8]:
    """The same paths, moving: in each frame all paths side by side, or with labels in a column."""
    moments = strips.transpose(0, 1)
    if isinstance(media, Images):
        columns = 1 if labels else columns
        return np.stack([sheet(x, columns, labels=labels) for x in moments])
    paths = [_path(strip) for strip in strips]
    limits = limits_of(paths)
    steps = range(1, len(moments) + 1)
    return np.stack(
        [draw_points([p[:t] for p in paths], labels, joined=t > 1, limits=limits) for t in steps]
    )


def side_by_side(x: Tensor, media: Pairs) -> Tensor:
    """Pairs x (n, *media.shape) as pictures twice as wide, (n, 3, h, 2w), in colour."""
    return torch.cat([in_colour(half) for half in media.halves(x)], dim=3)


def in_colour(x: Tensor) -> Tensor:
    """Pictures x (n, channels, h, w) as (n, 3, h, w), on white where they are transparent."""
    if x.shape[1] == 4:
        seen = 0.5 * x[:, 3:] + 0.5
        return seen * x[:, :3] + (1.0 - seen)
    return x.expand(-1, 3, -1, -1) if x.shape[1] == 1 else x


def _interleave(x: Tensor, y: Tensor, columns: int) -> Tensor:
    """Rows of x and rows of y, `columns` wide, by turns, the last two filled up with white."""
    blank = x.new_ones(-len(x) % columns, *x.shape[1:])
    rows = (torch.split(torch.cat([part, blank]), columns) for part in (x, y))
    return torch.cat([part for pair in zip(*rows, strict=True) for part in pair])


def _numbers(x: Tensor) -> NDArray[np.float64]:
    return x.detach().double().cpu().numpy()


def _path(strip: Tensor) -> NDArray[np.float64]:
    """The places (frames, 2) that a path of vectors visits; of single numbers, over time."""
    values = _numbers(strip)
    if values.shape[1] > 1:
        return values[:, :2]
    return np.stack([np.arange(len(values), dtype=np.float64), values[:, 0]], axis=1)
