"""Uploaded pictures: as files for a moment, under a name that nobody else chose."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from allegory.data.pictures import Unreadable, quiet, read_header
from allegory.errors import UserError
from allegory.runs.inputs import own_picture
from allegory.runs.translate import read_own_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor

    from allegory.media import Images, Media

__all__ = ["as_file", "read_uploads", "read_whole"]

MOST_PIXELS = 4_000_000
"""Of a picture that is translated at its own size."""


@contextmanager
def as_file(content: bytes) -> Iterator[Path]:
    """The content in a file that is there while the block runs; mistakes do not tell its path."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture"
        path.write_bytes(content)
        try:
            yield path
        except UserError as error:
            raise UserError(str(error).replace(str(path), "the picture")) from None


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
