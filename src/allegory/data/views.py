"""Random views of examples: what changes between them is not what they are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["CHANCES", "JITTERS", "SLIGHT", "hidden", "jitter", "slightly", "view"]

CHANCES = 12
"""Random numbers that a view takes."""

AREA = (0.35, 1.0)
"""Share of the picture that a view shows."""
ASPECT = 1.25
"""The widest views are so many times wider, for their height, than the narrowest."""
TURN = math.radians(10)
CONTRAST, BRIGHTNESS, TINT = 0.3, 0.2, 0.1
JITTERS = 4
"""Random numbers that a jitter takes."""
MOVE, ZOOM, LEAN = 0.04, 0.05, math.radians(5)
"""How far a jitter goes: in sides of the picture, in shares of the scale, in turning."""
SLIGHT = 5
"""Random numbers that a slight change takes."""
SLIGHTLY, LIGHT = 0.02, 0.05
"""How far a slight change goes: in sides and in scale; in contrast and, of the range from grey to
white, in brightness."""
HOLE = 0.35
"""Side of the square that is hidden, in sides of the picture, at most."""


def view(x: Tensor, chance: Tensor) -> Tensor:
    """A part of each picture, enlarged, turned a little, in other light, with a hole.

    Never mirrored, blurred or noisy: features that do not mind these could not tell when generated
    pictures are.

    Args:
        x: pictures (n, channels, height, width) in [-1, 1].
        chance: uniform numbers in [0, 1), (n, CHANCES).
    """
    import torch

    u = chance.unbind(1)
    area = AREA[0] + (AREA[1] - AREA[0]) * u[0]
    aspect = ASPECT ** (u[1] - 0.5)
    w, h = (area * aspect).sqrt().clamp(max=1), (area / aspect).sqrt().clamp(max=1)
    turn = TURN * (2 * u[2] - 1)
    across, down = (1 - w) * (2 * u[3] - 1), (1 - h) * (2 * u[4] - 1)
    seen = part(x, w, h, turn, across, down)
    light = torch.stack(u[7:10], 1)[:, : x.shape[1]] * 2 - 1
    tint = TINT * light if x.shape[1] == 3 else 0 * light[:, :1]
    offset = (BRIGHTNESS * (2 * u[6] - 1)[:, None] + tint)[:, :, None, None]
    seen = seen * (1 + CONTRAST * (2 * u[5] - 1))[:, None, None, None] + offset
    return hidden(seen.clamp(-1, 1), u[10], u[11], torch.full_like(u[0], HOLE))


def jitter(x: Tensor, chance: Tensor) -> Tensor:
    """Each picture moved, turned and scaled a little; its border goes on outside.

    Args:
        x: pictures (n, channels, height, width).
        chance: uniform numbers in [0, 1), (n, JITTERS).
    """
    across, down, turn, zoom = (2 * chance - 1).unbind(1)
    scale = 1 + ZOOM * zoom
    # places go from -1 to 1: a side is 2
    return part(x, scale, scale, LEAN * turn, 2 * MOVE * across, 2 * MOVE * down)


def slightly(x: Tensor, chance: Tensor) -> Tensor:
    """Each picture as a copy that was cropped a little and saved in a little other light.

    Args:
        x: pictures (n, channels, height, width) in [-1, 1].
        chance: uniform numbers in [0, 1), (n, SLIGHT).
    """
    across, down, zoom, contrast, light = (2 * chance - 1).unbind(1)
    scale = 1 + SLIGHTLY * zoom
    seen = part(x, scale, scale, 0 * scale, 2 * SLIGHTLY * across, 2 * SLIGHTLY * down)
    factor, offset = (
        (1 + LIGHT * contrast)[:, None, None, None],
        LIGHT * light[:, None, None, None],
    )
    return (seen * factor + offset).clamp(-1, 1)


def part(x: Tensor, w: Tensor, h: Tensor, turn: Tensor, across: Tensor, down: Tensor) -> Tensor:
    """What is seen of each picture through a frame w wide and h high, in sides of the picture.

    Args:
        x: pictures (n, channels, height, width).
        w: (n,), and so are the others.
        h: likewise.
        turn: of the frame, in radians.
        across: the middle of the frame, from -1 at the left to 1.
        down: likewise.
    """
    import torch
    from torch.nn import functional as F

    cos, sin = turn.cos(), turn.sin()
    rows = torch.stack([w * cos, -h * sin, across, w * sin, h * cos, down], 1).view(-1, 2, 3)
    grid = F.affine_grid(rows, list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, padding_mode="border", align_corners=False)


def hidden(x: Tensor, across: Tensor, down: Tensor, side: Tensor) -> Tensor:
    """The pictures x with a grey square around a place, each of across and down (n,) in [0, 1).

    Its sides, (n,), are in sides of the picture; what is outside of the picture does not show.
    """
    import torch

    height, width = x.shape[2:]
    u = (torch.arange(width, device=x.device) + 0.5) / width
    v = (torch.arange(height, device=x.device) + 0.5) / height
    in_u = (u - across[:, None]).abs() < side[:, None] / 2
    in_v = (v - down[:, None]).abs() < side[:, None] / 2
    return torch.where((in_v[:, :, None] & in_u[:, None])[:, None], 0.0, x)
