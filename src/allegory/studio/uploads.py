"""What was uploaded, pictures and sounds: files for a moment, under a name nobody else chose."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from allegory.data.pictures import Unreadable, quiet, read_header
from allegory.data.waveforms import read_sound, read_sound_header
from allegory.errors import UserError
from allegory.runs.inputs import own_picture
from allegory.runs.translate import read_own_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from allegory.media import Images, Media

__all__ = ["as_file", "read_uploads", "read_wave", "read_whole"]

MOST_PIXELS = 4_000_000
"""Of a picture that is translated at its own size."""
MOST_SECONDS = 60
"""Of a sound that is translated."""


@contextmanager
def as_file(content: bytes) -> Iterator[Path]:
    """The content in a file that is there while the block runs; mistakes do not tell its path."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        path.write_bytes(content)
        try:
            yield path
        except UserError as error:
            raise UserError(str(error).replace(str(path), "the file")) from None


def read_uploads(contents: Sequence[bytes], media: Media) -> Tensor:
    """Pictures as a model reads them, (n, *media.shape) in [-1, 1].

    Raises:
        UserError: one can't be read; how large it is is asked before it is decoded.
    """
    read = []
    for content in contents:
        with as_file(content) as path:
            read.append(own_picture(path, media))
    return torch.cat(read)


def read_whole(content: bytes, media: Images) -> Tensor:
    """A picture as large as it is, in the channels of the media: (channels, h, w) in [-1, 1].

    Raises:
        UserError: it can't be read, or has more pixels than are translated here.
    """
    with as_file(content) as path:
        try:
            with quiet():
                header = read_header(path)
            if header.height * header.width > MOST_PIXELS:
                raise UserError(
                    f"the picture has {header.width}x{header.height} pixels: {MOST_PIXELS:,} at "
                    "most are translated here; 'allegory translate' takes larger ones."
                )
            return read_own_size(path, media)
        except Unreadable as error:
            raise UserError(f"can't read the picture: {error}.") from None


def read_wave(content: bytes) -> tuple[NDArray[np.float32], int]:
    """A sound, its channels mixed: samples (n,) and their rate in Hz.

    Raises:
        UserError: it can't be read, or is longer than what is translated here.
    """
    with as_file(content) as path:
        try:
            header = read_sound_header(path)
            if header.samples > MOST_SECONDS * header.rate:
                raise UserError(
                    f"the sound has {header.samples / header.rate:,.0f} s: {MOST_SECONDS} at most "
                    "are translated here; 'allegory translate' takes longer ones."
                )
            return read_sound(path)
        except Unreadable as error:
            raise UserError(f"can't read the sound: {error}.") from None
