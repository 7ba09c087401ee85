"""From one example to another, on a path through the latent space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import torch

from allegory.errors import UserError
from allegory.tools.running import in_batches
from allegory.tools.standard import from_standard, to_standard

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.capabilities import Decodes, LatentSpace

__all__ = ["interpolate"]

PARALLEL = 1e-3
"""Sine of an angle below which two codes span no plane to turn in."""
TINY = 1e-12
"""Length below which a code is the centre itself and has no direction."""


@torch.inference_mode()
def interpolate(
    model: Decodes,
    a: Tensor,
    b: Tensor,
    *,
    frames: int = 9,
    path: Literal["spherical", "linear"] = "spherical",
) -> Tensor:
    """Decode `frames` codes between a and b, (n, latents) each: (n, frames, *media.shape).

    The spherical path turns the direction of a code and changes its length evenly, both seen from
    the centre of the latent space in units of its spread (Shoemake 1985; White 2016, "Sampling
    generative networks"): it stays where a normal prior has its mass, while the straight line cuts
    through its empty middle. Without a prior, and between codes that lie on one line through the
    centre, the path is straight. The first and the last frame decode a and b themselves.
    """
    if frames < 2:
        raise UserError(f"a path needs 2 frames or more, not {frames}.")
    latent = model.latent
    a, b = (z.to(latent.mean) for z in (a, b))
    curved = path == "spherical" and latent.prior
    codes = _spherical(latent, a, b, frames) if curved else _linear(a, b, frames)
    codes[:, 0], codes[:, -1] = a, b
    decoded = in_batches(model.decode, codes.flatten(0, 1))
    return decoded.view(len(a), frames, *decoded.shape[1:])


def _time(frames: int, like: Tensor) -> Tensor:
    return torch.linspace(0.0, 1.0, frames, device=like.device, dtype=like.dtype)[None, :, None]


def _linear(a: Tensor, b: Tensor, frames: int) -> Tensor:
    t = _time(frames, a)
    return (1 - t) * a[:, None] + t * b[:, None]


def _spherical(latent: LatentSpace, a: Tensor, b: Tensor, frames: int) -> Tensor:
    """Codes (n, frames, latents) along great circles around the centre of the latent space."""
    u, v = (to_standard(latent, z) for z in (a, b))
    u_norm, v_norm = (z.norm(dim=1).clamp_min(TINY)[:, None, None] for z in (u, v))
    u_unit, v_unit = u[:, None] / u_norm, v[:, None] / v_norm
    angle = torch.acos((u_unit * v_unit).sum(2, keepdim=True).clamp(-1, 1))
    flat = (angle.sin() < PARALLEL) | (torch.minimum(u_norm, v_norm) <= TINY)
    sine = torch.where(flat, 1.0, angle.sin())
    t = _time(frames, u)
    direction = ((1 - t) * angle).sin() / sine * u_unit + (t * angle).sin() / sine * v_unit
    norm = (1 - t) * u_norm + t * v_norm
    curve = from_standard(latent, norm * direction)
    return torch.where(flat, _linear(a, b, frames), curve)
