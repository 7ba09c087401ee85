"""Stacked digits: three of scikit-learn's digits in the red, green and blue of a picture.

The 8x8 form of Stacked MNIST, which has 1,000 modes that can be counted: Metz et al. (2017),
"Unrolled generative adversarial networks", section 3.3.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allegory.data.dataset import Column
from allegory.data.plan import append_pictures
from allegory.data.sources.digits import ink_bytes
from allegory.data.store import Packed, Writer, key_of, packed

if TYPE_CHECKING:
    from allegory.data.settings import DataSettings

__all__ = ["CHANNELS", "pack"]

EXAMPLES = 128_000
"""As many as Lin et al. (2018), "PacGAN", train on."""
VERSION = 1
"""Raised when the same settings give other examples."""

CHANNELS = ("red", "green", "blue")


def pack(name: str, settings: DataSettings) -> Packed:
    """Pack the stacks: 128,000 unless settings.examples says otherwise.

    The columns "red", "green" and "blue" are the digits, "mode" is the three together.
    """
    wanted = settings.model_dump(include={"size", "mode", "data_seed"})
    n = settings.examples or EXAMPLES
    key = key_of(name, version=VERSION, n=n, **wanted)
    return packed(key, lambda writer: _build(writer, n, settings))


def _build(writer: Writer, n: int, settings: DataSettings) -> None:
    from sklearn.datasets import load_digits

    digits = load_digits()
    rng = np.random.Generator(np.random.Philox(key=settings.data_seed))
    which = rng.integers(len(digits.images), size=(n, len(CHANNELS)))
    pictures = np.moveaxis(digits.images[which], 1, -1)
    append_pictures(writer, pictures, np.arange(n), settings, ink_bytes)
    labels = digits.target[which].astype(np.int64)
    names = tuple(str(digit) for digit in range(10))
    for channel, values in zip(CHANNELS, labels.T, strict=True):
        writer.columns[channel] = Column("category", values, names)
    modes = tuple(f"{mode:03d}" for mode in range(1000))
    writer.columns["mode"] = Column("category", labels @ np.array([100, 10, 1]), modes)
