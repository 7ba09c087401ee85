"""Which numbers a run computes with, and how its tensors lie in memory: rules, not timings.

A choice by the clock would differ between two runs of the same seed.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch

from allegory.errors import UserError
from allegory.media import Media, Vectors

__all__ = [
    "autocast",
    "choose_device",
    "choose_precision",
    "memory_format",
]


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
    if device.type == "cuda":
        native = torch.cuda.get_device_capability(device)[0] >= 8
    else:
        native = device.type == "cpu" and torch.cpu._is_avx512_bf16_supported()
    return "float32" if isinstance(media, Vectors) or not native else "bfloat16"


def autocast(precision: str, device: torch.device) -> AbstractContextManager[object]:
    """The context that a player's loss is computed in.

    Each use of a weight is cast anew: torch's cache of casts is one for all threads, and emptied
    by whichever leaves the context first, so that with it gradients would depend on the clock.
    """
    if precision == "float32":
        return nullcontext()
    return torch.autocast(device.type, torch.bfloat16, cache_enabled=False)


def memory_format(media: Media) -> torch.memory_format:
    """How weights and batches lie: channels last for pictures.

    It is the layout of the packed store, and measured 1.05 to 1.2 times faster for convolutions
    without normalisation.
    """
    return torch.contiguous_format if isinstance(media, Vectors) else torch.channels_last
