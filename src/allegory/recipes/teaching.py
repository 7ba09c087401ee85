"""What a model takes over from the run of a diffusion model that teaches it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError
from safetensors.torch import load_file

from allegory.errors import UserError
from allegory.files import read_toml
from allegory.models.files import kept_weights, read_card

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from allegory.data.dataset import Dataset

__all__ = ["label_of", "taught", "weights_of"]

SHARED = ("network", "formulation", "spread", "classes", "shares")


def taught(folder: Path, data: Dataset) -> dict[str, Any]:
    """What the teacher's network is built from.

    Raises:
        UserError: the run holds no diffusion model, or one of other data.
    """
    card = read_card(folder)
    if card.builder != "diffusion":
        raise UserError(
            f"{folder} can't teach: it holds no diffusion model, such as 'allegory train "
            "diffusion' leaves."
        )
    if card.media.shape != data.media.shape:
        raise UserError(
            f"{folder} can't teach: its model works on examples of shape {card.media.shape}; "
            f"those of '{data.name}' have {data.media.shape}."
        )
    return {name: card.arguments[name] for name in SHARED}


def weights_of(folder: Path) -> dict[str, Tensor]:
    """The teacher's averaged weights.

    Raises:
        UserError: there are none that can be read.
    """
    path = kept_weights(folder)
    if path is None:
        raise UserError(f"{folder} can't teach: it holds no weights yet.")
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise UserError(f"{folder} can't teach: {path.name} can't be read: {error}.") from None


def label_of(folder: Path) -> str | None:
    """The column with the teacher's classes; None where it knows none."""
    label: str | None = read_toml(folder / "run.toml").get("game", {}).get("label")
    return label
