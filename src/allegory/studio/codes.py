"""What a page sends, read with distrust: codes, labels, pictures."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import torch

from allegory.errors import UserError
from allegory.runs.codes import own_codes
from allegory.studio.uploads import as_file
from allegory.tools.classes import of_class

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

__all__ = ["code_of", "decoder_of", "picture_code", "read_move"]

FAR = 1e4
"""Numbers of a code lie within this, in standard deviations."""


def code_of(model: Any, numbers: Sequence[float]) -> Tensor:
    """A code (latents,) from its numbers.

    Raises:
        UserError: they are too many, too few or too large.
    """
    latent = model.latent
    if len(numbers) != latent.size:
        raise UserError(f"a code of this model has {latent.size} numbers, not {len(numbers)}.")
    if not all(math.isfinite(v) and abs(v) <= FAR for v in numbers):
        raise UserError(f"the numbers of a code are finite and lie within {FAR:,.0f}.")
    return torch.tensor(numbers, dtype=torch.float32, device=latent.mean.device)


def decoder_of(model: Any, label: str | None) -> Any:
    """The model, or the model held to a class."""
    return model if label is None else of_class(model, label)


def read_move(model: Any, message: str) -> tuple[int, Tensor, Any]:
    """A message of the socket: its number, its code, and what decodes it.

    Raises:
        UserError: it is none.
    """
    try:
        asked = json.loads(message)
        number, numbers = int(asked["n"]) % 2**32, [float(v) for v in asked["z"]]
        label = asked.get("label")
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise UserError('a message is {"n": number, "z": [numbers], "label": name}.') from None
    if label is not None and not isinstance(label, str):
        raise UserError("a label is a name.")
    return number, code_of(model, numbers), decoder_of(model, label)


def picture_code(model: Any, content: bytes, label: str | None) -> Tensor:
    """The code (latents,) of an uploaded picture: told by the model, or searched for.

    Raises:
        UserError: it can't be read; how large it is is asked before it is decoded.
    """
    decodes = decoder_of(model, label)
    with as_file(content) as path:
        return own_codes(model, decodes, [path], 0)[0]
