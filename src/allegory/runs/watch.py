"""Observers of a run: they keep its model, and pictures of how it comes along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from allegory.capabilities import Decodes, Encodes, Samples, Translates
from allegory.models.files import save_weights
from allegory.report.draw import draw_examples
from allegory.report.sheets import write_picture
from allegory.report.translations import draw_translations
from allegory.tools.encode import write_table
from allegory.tools.reconstruct import reconstruct
from allegory.tools.sample import sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from allegory.data.dataset import Dataset
    from allegory.runs.folder import RunFolder
    from allegory.training.observers import Scene

__all__ = ["KeepModel", "KeepWeights", "Preview"]


@dataclass(frozen=True)
class KeepModel:
    """Keeps the averaged weights: the last, and the best by held-out loss."""

    folder: RunFolder

    def __call__(self, scene: Scene) -> None:
        """Write the weights of the scene."""
        save_weights(self.folder.weights("last"), scene.model)
        if scene.best:
            save_weights(self.folder.weights("best"), scene.model)


@dataclass(frozen=True)
class KeepWeights:
    """Keeps the weights by which the examples of an epoch are drawn, where a game has such."""

    folder: RunFolder

    def __call__(self, scene: Scene) -> None:
        """Write weights.npz: "weights" (n,) in the order of the training split, and "images"."""
        if scene.weights is None:
            return
        table = {"weights": scene.weights.numpy(), "images": np.array(scene.images)}
        write_table(table, self.folder.drawing)


@dataclass(frozen=True)
class Preview:
    """Keeps samples, or reconstructions, of the same seed at each evaluation."""

    folder: RunFolder
    data: Dataset
    count: int = 32

    def __call__(self, scene: Scene) -> None:
        """Write previews/IMAGES.png."""
        model = scene.model
        if isinstance(model, Samples):
            x = sample(model, self.count, rng=torch.Generator().manual_seed(0))
        elif isinstance(model, Encodes) and isinstance(model, Decodes) and len(self.data):
            x = reconstruct(model, self.data.take(np.arange(min(self.count, len(self.data)))))
        elif isinstance(model, Translates) and len(self.data):
            x = self.data.take(np.arange(min(self.count, len(self.data))))
            self.write(draw_translations(model, x), scene)
            return
        else:
            return
        self.write(draw_examples(x, self.data.media), scene)

    def write(self, picture: NDArray[np.uint8], scene: Scene) -> None:
        """Write it by the images seen."""
        write_picture(picture, self.folder.path / "previews" / f"{scene.images:012d}.png")
