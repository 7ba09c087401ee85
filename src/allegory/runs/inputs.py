"""Examples for a run's model: from its own data, another source, or a person's picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from allegory.data.dataset import Column, Dataset
from allegory.data.named import source_name
from allegory.data.open import open_data
from allegory.data.pictures import Unreadable, read_picture
from allegory.data.waveforms import read_sound
from allegory.errors import UserError
from allegory.media import Images, Media, Pairs, Vectors
from allegory.recipes.settings import change

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from allegory.recipes.settings import Run

__all__ = [
    "at_most",
    "from_anywhere",
    "held_out",
    "open_for",
    "own_picture",
    "own_pictures",
    "read_as",
    "short_name",
]


def from_anywhere(run: Run) -> Run:
    """The run, with its sources by the names that they have from every folder."""
    given = {"source": run.data.source, "negatives": run.data.negatives, "to": run.data.to}
    there = {
        field: source_name(name)
        for field, name in given.items()
        if name is not None and Path(name).expanduser().exists()
    }
    return change(run, there)


def short_name(source: str) -> str:
    """A source without the folders that lead to it, which are nobody else's business."""
    return source.replace("\\", "/").rstrip("/").rpartition("/")[2] or source


def open_for(run: Run, media: Media, source: str | Path | None = None) -> Dataset:
    """A source read as the run's model needs it: its size, its channels; by default its own data.

    Raises:
        UserError: the source can't be opened, or holds another kind of examples.
    """
    if source is None or source_name(str(source)) == run.data.source:
        data = open_data(run.data.source, run.data)
    else:
        data = open_data(source, **read_as(media))
    data.require(type(media), "this model")
    if data.media.shape != media.shape:
        raise UserError(
            f"this model works on examples of shape {media.shape}; those of '{data.name}' have "
            f"{data.media.shape}."
        )
    return data


def read_as(media: Media) -> dict[str, Any]:
    """Settings by which any source is read as a model of these media needs it."""
    if isinstance(media, Vectors):
        return {}
    if isinstance(media, Pairs):
        return {"size": f"{media.height}x{media.width}"}
    mode = {"L": "grey", "RGB": "rgb", "RGBA": "rgba"}[media.mode]
    rate = {} if media.sound is None else {"rate": str(media.sound.rate)}
    size = f"{media.height}x{media.width}"
    return {"size": size, "mode": mode, "binarize": media.binary, **rate}


def held_out(data: Dataset, count: int, seed: int = 0) -> Dataset:
    """At most `count` test examples, drawn by the seed; of all, where there is no test split."""
    return at_most(data.split("test") if len(data.splits.get("test", ())) else data, count, seed)


def at_most(data: Dataset, count: int, seed: int = 0) -> Dataset:
    """The examples, or `count` of them, drawn by the seed, where there are more."""
    if len(data) <= count:
        return data
    return data.select(np.sort(np.random.default_rng(seed).permutation(len(data))[:count]))


def own_picture(path: Path, media: Media) -> Tensor:
    """A person's own picture as the model reads it: (1, *media.shape) in [-1, 1].

    Raises:
        UserError: the file can't be read, or the model does not work on pictures.
    """
    import torch

    x = own_pictures([path], media).grey(np.arange(1))
    binary = isinstance(media, Images) and media.binary
    return torch.where(x > 0, 1.0, -1.0) if binary else x


def own_pictures(paths: Sequence[Path], media: Media) -> Dataset:
    """A person's own pictures as the model reads them, with their "file_name".

    Raises:
        UserError: a file can't be read, or the model does not work on pictures.
    """
    if not isinstance(media, Images):
        raise UserError(f"this model works on vectors: it can't read the picture {paths[0]}.")
    pictures = []
    for path in paths:
        if not path.exists():
            raise UserError(f"no such file: {path}")
        try:
            pictures.append(_read(path, media))
        except Unreadable as error:
            raise UserError(f"can't read {path}: {error}.") from None
    names = Column("text", np.array([str(path) for path in paths], dtype=np.str_))
    rows = np.arange(len(paths))
    return Dataset("pictures", media, np.stack(pictures), rows, {"file_name": names})


def _read(path: Path, media: Images) -> NDArray[np.uint8]:
    """A picture, or the begin of a sound where the model works on sounds: (height, width, c)."""
    if media.sound is None:
        return read_picture(path, media.mode, media.height, media.width)
    from allegory.data.sources.sounds import spectrogram, windows

    x, _ = read_sound(path, media.sound.rate)
    first: NDArray[np.uint8] = windows(spectrogram(x, media.height, media.sound), media.width)[0][
        0
    ]
    return first
