"""The 8x8 handwritten digits that scikit-learn ships: 1,797 of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allegory.data.dataset import Column
from allegory.data.plan import append_pictures, chosen
from allegory.data.store import Packed, Writer, key_of, packed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from allegory.data.settings import DataSettings

__all__ = ["ink_bytes", "pack"]


def pack(name: str, settings: DataSettings) -> Packed:
    """Pack the digits; "label" is the digit."""
    wanted = settings.model_dump(include={"size", "mode", "examples", "data_seed"})
    return packed(key_of(name, **wanted), lambda writer: _build(writer, settings))


def _build(writer: Writer, settings: DataSettings) -> None:
    from sklearn.datasets import load_digits

    digits = load_digits()
    rows = chosen(len(digits.images), settings)
    append_pictures(writer, digits.images[..., None], rows, settings, ink_bytes)
    names = tuple(str(digit) for digit in range(10))
    writer.columns["label"] = Column("category", digits.target[rows].astype(np.int64), names)


def ink_bytes(part: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Counts of ink 0..16 as 0..255."""
    return np.round(part.astype(np.float32) * (255.0 / 16.0)).astype(np.uint8)
