"""The features that samples are compared by, as a person chooses them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from allegory.capabilities import Encodes
from allegory.errors import UserError, nearest
from allegory.measures.fidelity.features import (
    encoder_features,
    inception_features,
    plain_features,
)
from allegory.runs.features import features_for
from allegory.runs.folder import RunFolder

if TYPE_CHECKING:
    from allegory.data.dataset import Dataset
    from allegory.measures.fidelity.features import Features

__all__ = ["Choice", "choice_of", "features_of"]

Named = Literal["default", "pixels", "inception"]
Choice = Named | Path
NAMED: tuple[Named, ...] = ("default", "pixels", "inception")


def choice_of(value: str | Path) -> Choice:
    """A choice, from one of its names, the folder of a run, or a .npz file.

    Raises:
        UserError: it is none of these.
    """
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
    model = RunFolder(choice).model()
    if not isinstance(model, Encodes):
        raise UserError(f"{choice} holds a model that can't encode: its codes can't be features.")
    if model.media != data.media:
        raise UserError(
            f"the model of {choice} reads examples of shape {model.media.shape}, and those of "
            f"'{data.name}' have {data.media.shape} or other units."
        )
    return encoder_features(model, f"codes of the model in {choice.resolve().name}")
