"""Pictures of one domain as pictures of another, each at its own size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional as F

from allegory.errors import UserError, unknown
from allegory.tools.running import home, in_batches
from allegory.tools.tiles import in_tiles

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.capabilities import Translates

__all__ = ["chosen_target", "one_way", "source_of", "translate", "translate_large"]

BATCH = 32
"""Pictures that go through a model at once."""


def chosen_target(model: Translates, to: str | None) -> str:
    """The domain that is asked for, or the only one there is.

    Raises:
        UserError: there is no such one, or none is named and there are two.
    """
    if to is None:
        if len(model.targets) > 1:
            known = " or ".join(f"'{name}'" for name in model.targets)
            raise UserError(f"say with --to what to translate to: {known}.")
        return model.targets[0]
    if to not in model.targets:
        raise unknown("domain to translate to", to, model.targets)
    return to


def one_way(model: Translates, to: str | None = None) -> Translates:
    """What of a model translates to the domain that is asked for; see `chosen_target`."""
    return model.toward(chosen_target(model, to))


def source_of(model: Translates, to: str) -> str:
    """The domain that is translated from."""
    a, b = model.media.names
    return a if to == b else b


@torch.inference_mode()
def translate(
    model: Translates, x: Tensor, to: str | None = None, *, rng: int | None = None
) -> Tensor:
    """Translate x (n, channels, h, w) in [-1, 1]: (n, channels of the target, h, w), on the CPU.

    Args:
        model: it.
        x: pictures, of any height and width.
        to: the domain; by default the only one.
        rng: seed of the model's noise; None: there is none.
    """
    target = chosen_target(model, to)
    draws = None if rng is None else torch.Generator().manual_seed(rng)
    return in_batches(lambda part: model.translate(part, target, rng=draws), x, home(model), BATCH)


def translate_large(
    model: Translates,
    x: Tensor,
    to: str | None = None,
    *,
    native: bool = False,
    rng: int | None = None,
) -> Tensor:
    """Translate one picture x (channels, h, w) of any size: (channels of the target, h, w).

    The model sees it as large as the pictures that it was trained on, and the answer is brought
    back to the picture's size; or, with `native`, as large as it is. What is larger than those it
    was trained on, then, goes through it in tiles.
    """
    media, own = model.media, (x.shape[1], x.shape[2])
    scale = min(own[0] / media.height, own[1] / media.width)
    if not native and scale != 1.0:
        x = _resized(x, [max(1, round(side / scale)) for side in own])
    y = in_tiles(lambda tiles: translate(model, tiles, to, rng=rng), x, media.height, media.width)
    return _resized(y, list(own)).clamp(-1.0, 1.0)


def _resized(x: Tensor, size: list[int]) -> Tensor:
    """A picture (channels, h, w) at another size."""
    if list(x.shape[1:]) == size:
        return x
    return F.interpolate(x[None], size=size, mode="bicubic", antialias=True)[0]
