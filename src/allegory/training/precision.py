"""Which numbers a run computes with, and how its tensors lie in memory: rules, not timings.

A choice by the clock would differ between two runs of the same seed.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from allegory.errors import UserError
from allegory.hardware import multiplies_bfloat16
from allegory.media import Media, Vectors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = [
    "attention",
    "autocast",
    "choose_device",
    "choose_precision",
    "memory_format",
]


NARROW = 16
"""Channels that are normalised together, below which it matters how they lie in memory."""


def choose_device(wanted: str) -> torch.device:
    """The device of this name; "auto": CUDA where there is a device, else the processor.

    Raises:
        UserError: this machine, or the installed torch, has no such device.
    """
    if wanted == "auto":
        wanted = "cuda" if torch.cuda.is_available() else "cpu"
    device = torch.device(wanted)
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise UserError(f"--device {wanted} can't be used here: {reason}.") from error
    return device


def choose_precision(wanted: str, media: Media, device: torch.device) -> str:
    """What to multiply in: "float32" or "bfloat16".

    "auto" takes bfloat16 for pictures on hardware that multiplies it natively: measured 1.6 to 2.2
    times faster there, and slower elsewhere and for the small matrices of vectors.
    """
    if wanted != "auto":
        return wanted
    fast = multiplies_bfloat16(device) and not isinstance(media, Vectors)
    return "bfloat16" if fast else "float32"


def autocast(precision: str, device: torch.device) -> AbstractContextManager[object]:
    """The context that a player's loss is computed in.

    Each use of a weight is cast anew: torch's cache of casts is one for all threads, and emptied
    by whichever leaves the context first, so that with it gradients would depend on the clock.
    """
    if precision == "float32":
        return nullcontext()
    return torch.autocast(device.type, torch.bfloat16, cache_enabled=False)


def attention(
    precision: str, device: torch.device, *, compiled: bool
) -> AbstractContextManager[object]:
    """The context, within `autocast`, in which attention is computed whose gradient is asked for.

    A processor's gradient of it takes 4 times as long in bfloat16 as in float32. A compiler would
    follow this context into every function: what is compiled is left alone.
    """
    slow = precision == "bfloat16" and device.type == "cpu" and not compiled
    return Attention() if slow else nullcontext()


class Attention(TorchFunctionMode):
    """Computes attention in float32, and all else as it is asked to."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Call a function of torch."""
        kwargs = kwargs or {}
        if func is not F.scaled_dot_product_attention:
            return func(*args, **kwargs)
        with torch.autocast("cpu", enabled=False):
            return func(*map(_single, args), **{k: _single(v) for k, v in kwargs.items()})


def _single(value: Any) -> Any:
    """A tensor of bfloat16 in float32; anything else as it is."""
    rounded = isinstance(value, torch.Tensor) and value.dtype == torch.bfloat16
    return value.float() if rounded else value


def memory_format(media: Media, game: nn.Module, device: torch.device) -> torch.memory_format:
    """How weights and batches lie: channels last for pictures.

    It is the layout of the packed store, and measured 1.05 to 1.2 times faster for convolutions
    without normalisation. Not where a processor normalises a few channels together: that takes up
    to 30 times as long in this layout, measured in bfloat16.
    """
    norms = [m for m in game.modules() if isinstance(m, nn.GroupNorm)]
    narrow = any(m.num_channels < NARROW * m.num_groups for m in norms)
    if isinstance(media, Vectors) or (narrow and device.type == "cpu"):
        return torch.contiguous_format
    return torch.channels_last
