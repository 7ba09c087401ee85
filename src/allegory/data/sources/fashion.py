"""Fashion-MNIST (Xiao et al. 2017): 70,000 grey 28x28 pictures of clothes of ten kinds."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from allegory.data.dataset import Column
from allegory.data.download import download
from allegory.data.plan import append_pictures, chosen
from allegory.data.split import NAMES
from allegory.data.store import Packed, Writer, cache_folder, key_of, packed
from allegory.errors import UserError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from allegory.data.settings import DataSettings

__all__ = ["pack"]

INSTALLED = Path("/usr/share/datasets/fashion-mnist")
"""Where the Debian package dataset-fashion-mnist has its files."""

ADDRESS = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"

MD5 = {
    "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
    "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
    "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
}
"""The files and the checksums that their authors publish."""

KINDS = (
    *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
    *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
)


def pack(name: str, settings: DataSettings) -> Packed:
    """Pack Fashion-MNIST; "label" is the kind, "split" keeps the published 10,000 for testing.

    The files of the Debian package are used where it is installed; else they are downloaded.

    Raises:
        UserError: the files cannot be downloaded, or are broken.
    """
    wanted = settings.model_dump(include={"size", "mode", "examples", "data_seed"})
    return packed(key_of(name, **wanted), lambda writer: _build(writer, settings))


def _build(writer: Writer, settings: DataSettings) -> None:
    folder = _folder()
    images = [_read(folder / f"{part}-images-idx3-ubyte.gz") for part in ("train", "t10k")]
    labels = [_read(folder / f"{part}-labels-idx1-ubyte.gz") for part in ("train", "t10k")]
    pictures = np.concatenate(images)[..., None]
    rows = chosen(len(pictures), settings)
    append_pictures(writer, pictures, rows, settings, lambda part: part.astype(np.uint8))
    kinds = np.concatenate(labels)[rows].astype(np.int64)
    writer.columns["label"] = Column("category", kinds, KINDS)
    tested = rows >= len(images[0])
    places = np.where(tested, NAMES.index("test"), NAMES.index("train")).astype(np.int64)
    writer.columns["split"] = Column("category", places, NAMES)


def _folder() -> Path:
    if all((INSTALLED / name).is_file() for name in MD5):
        return INSTALLED
    folder = cache_folder() / "downloads" / "fashion"
    for name, md5 in MD5.items():
        download(ADDRESS + name, folder / name, md5, "Fashion-MNIST (31 MB in all)")
    return folder


def _read(path: Path) -> NDArray[np.uint8]:
    """An IDX file of bytes: two zeros, a type, the number of axes, big-endian sizes, values."""
    try:
        with gzip.open(path) as file:
            content = file.read()
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"cannot read {path}: {error}; remove it and try again.") from error
    axes = content[3]
    shape = np.frombuffer(content, ">u4", axes, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape)
