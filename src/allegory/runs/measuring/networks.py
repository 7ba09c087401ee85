"""The features that samples are compared by, as a person chooses them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from torch import nn

from allegory.capabilities import Encodes, Model
from allegory.errors import UserError, nearest
from allegory.measures.fidelity.features import (
    encoder_features,
    inception_features,
    module_features,
    native,
    plain_features,
)
from allegory.models.files import fingerprint
from allegory.runs.features import features_for
from allegory.runs.folder import RunFolder

if TYPE_CHECKING:
    from allegory.data.dataset import Dataset
    from allegory.measures.fidelity.features import Features

__all__ = ["Choice", "choice_of", "features_of"]

Named = Literal["default", "pixels", "inception"]
Choice = Named | Path | nn.Module
NAMED: tuple[Named, ...] = ("default", "pixels", "inception")


def choice_of(value: str | Path | nn.Module) -> Choice:
    """A choice, from one of its names, the folder of a run, a .npz file, or a module.

    Raises:
        UserError: it is none of these.
    """
    if isinstance(value, nn.Module):
        return value
    for name in NAMED:
        if value == name:
            return name
    path = Path(value)
    if path.is_dir() or (path.suffix == ".npz" and path.is_file()):
        return path
    like = nearest(str(value), NAMED)
    hint = f"did you mean '{like}'?" if like else f"known: {', '.join(NAMED)}."
    raise UserError(
        f"no features '{value}': it is no folder of a run and no .npz file with the arrays 'real' "
        f"and 'generated'; {hint}"
    )


def features_of(choice: Choice, data: Dataset) -> Features:
    """The features of that choice for these data.

    Raises:
        UserError: they are not here, or do not read such examples.
        Interrupted: asked to stop while the default network was trained.
    """
    if choice == "default":
        return features_for(data)
    if choice == "pixels":
        return plain_features(data.media)
    if choice == "inception":
        return inception_features(data.media)
    if isinstance(choice, Path):
        name = f"the model in {choice.resolve().name}"
        return codes(RunFolder(choice).model(), name, data)
    # its weights name it: figures by others are not comparable
    name = f"{type(choice).__name__} {fingerprint(choice)}"
    if isinstance(choice, Model):
        return codes(choice, name, data)
    return module_features(choice, name, native(data.media))


def codes(model: Model, name: str, data: Dataset) -> Features:
    """The codes of a model for these data.

    Raises:
        UserError: it can't encode, or reads other examples.
    """
    if not isinstance(model, Encodes):
        raise UserError(f"{name} can't encode: its codes can't be features.")
    if model.media != data.media:
        raise UserError(
            f"{name} reads examples of shape {model.media.shape}, and those of '{data.name}' have "
            f"{data.media.shape} or other units."
        )
    return encoder_features(model, f"codes of {name}")
