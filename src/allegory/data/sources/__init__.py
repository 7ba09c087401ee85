"""Where examples come from: one source a file; built-in ones are found here by name."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from allegory.data.settings import DataSettings
    from allegory.data.store import Packed

__all__ = ["SOURCES", "Source"]


@dataclass(frozen=True)
class Source:
    """A built-in source."""

    about: str
    module: str
    """Its module here, imported when it is used, with `pack(name, settings) -> Packed`."""
    domains: tuple[str, ...] = ()
    """What of it is translated into what where no one says: two conditions on its columns."""

    def pack(self, name: str, settings: DataSettings) -> Packed:
        """The examples of the source called `name`, made or read where they are not yet packed."""
        module = import_module(f"{__name__}.{self.module}")
        pack: Callable[[str, DataSettings], Packed] = module.pack
        return pack(name, settings)


SOURCES = {
    "faces": Source("rendered 3-D heads with known factors", "faces_and_objects"),
    "objects": Source(
        "rendered objects that are no faces, in the same light", "faces_and_objects"
    ),
    "towns": Source("drawn street maps and their aerial views, in pairs", "towns"),
    "digits": Source("8x8 handwritten digits, from scikit-learn", "digits"),
    "stacked-digits": Source(
        "three digits in red, green and blue: 1,000 modes that can be counted", "stacked_digits"
    ),
    "fashion": Source("Fashion-MNIST: 70,000 grey 28x28 pictures of clothes", "fashion"),
    "voices": Source(
        "ten words by four synthetic speakers, with known factors",
        "voices",
        domains=("speaker=bruno", "speaker=ada"),
    ),
    "line": Source("two Gaussians on a line; density known", "toys"),
    "ring": Source("8 Gaussians on a circle; density known", "toys"),
    "grid": Source("25 Gaussians on a grid; density known", "toys"),
    "swiss-roll": Source("a noisy spiral in the plane; density known", "toys"),
    "moons": Source("two noisy half circles; density known", "toys"),
}
