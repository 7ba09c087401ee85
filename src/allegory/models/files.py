"""Models on disk: safetensors for the weights, JSON for all else; nothing else is needed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from allegory.capabilities import Model
from allegory.errors import UserError, unknown
from allegory.files import atomic
from allegory.media import describe, media_from
from allegory.models.build import BUILDERS, Blueprint, build

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from torch import Tensor, nn

__all__ = [
    "CARD",
    "fingerprint",
    "kept_weights",
    "load_model",
    "read_about",
    "read_card",
    "save_weights",
    "write_card",
]

CARD = "model.json"


def write_card(folder: Path, blueprint: Blueprint, about: dict[str, Any]) -> None:
    """Write model.json: what the model is rebuilt from, and what a reader wants to know of it."""
    card = {
        "format": 1,
        "builder": blueprint.builder,
        "media": describe(blueprint.media),
        "arguments": blueprint.arguments,
        "about": about,
    }
    with atomic(folder / CARD) as file:
        file.write((json.dumps(card, indent=2) + "\n").encode())


def save_weights(path: Path, model: nn.Module) -> None:
    """Write the weights of a model."""
    tensors = {k: v.detach().cpu().contiguous() for k, v in model.state_dict().items()}
    with atomic(path) as file:
        file.write(save(tensors))


def kept_weights(folder: Path) -> Path | None:
    """File of a run's averaged weights: at the lowest held-out loss, else the last; None: none."""
    files = [folder / f"{name}.safetensors" for name in ("best", "last")]
    return next((path for path in files if path.exists()), None)


def fingerprint(model: Model | nn.Module) -> str:
    """Names the weights of a model: equal weights, equal names."""
    assert isinstance(model, torch.nn.Module)
    digest = hashlib.blake2b(digest_size=6)
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        # as bytes, since NumPy knows no bfloat16
        digest.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().data)
    return digest.hexdigest()


def read_card(folder: Path) -> Blueprint:
    """The blueprint in a folder's model.json.

    Raises:
        UserError: there is none, or it is not one that this version reads.
    """
    path = folder / CARD
    if not path.exists():
        what = "no such folder" if not folder.exists() else f"no {CARD} in it: not a run's folder"
        raise UserError(f"can't load a model from {folder}: {what}.")
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
        if card["builder"] not in BUILDERS:
            raise unknown("model", card["builder"], BUILDERS)
        return Blueprint(card["builder"], media_from(card["media"]), card["arguments"])
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} is not a model card that can be read: {error!r}.") from error


def read_about(folder: Path) -> dict[str, Any]:
    """What `write_card` was told about the model; empty where that can't be read."""
    try:
        about: dict[str, Any] = json.loads((folder / CARD).read_text(encoding="utf-8"))["about"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return about


def load_model(
    folder: Path,
    weights: dict[str, Tensor] | Path,
    part: Callable[[Any], Any] | None = None,
) -> Model:
    """The model of a folder with these weights, in evaluation mode, without gradients.

    Args:
        folder: where its card lies.
        weights: by name, or the file that they are in.
        part: of a model what is wanted of it: no other weights are read.

    Raises:
        UserError: the card or the weights are missing, damaged, or do not fit each other.
    """
    blueprint = read_card(folder)
    try:
        model = build(blueprint)
    except (ValueError, KeyError, TypeError, RuntimeError) as error:
        raise UserError(f"{folder / CARD} does not describe a model: {error!r}.") from error
    if part is not None:
        model = part(model)
    try:
        wanted = None if part is None else model.state_dict().keys()
        model.load_state_dict(_tensors(weights, wanted))
    except (OSError, SafetensorError, RuntimeError) as error:
        # torch says what does not fit from the second line on
        reason = " ".join(str(error).split("\n\t")[-1].split()).rstrip(".")
        raise UserError(f"the weights of {folder} can't be loaded: {reason}.") from error
    model.eval().requires_grad_(False)
    # layouts agree to rounding, and convolutions are faster in this one
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    assert isinstance(model, Model)
    return model


def _tensors(
    weights: dict[str, Tensor] | Path, wanted: Collection[str] | None
) -> dict[str, Tensor]:
    """The weights of these names; None: all."""
    if isinstance(weights, Path):
        with safe_open(weights, "pt") as file:
            names = file.keys()
            return {k: file.get_tensor(k) for k in names if wanted is None or k in wanted}
    return {k: v for k, v in weights.items() if wanted is None or k in wanted}
