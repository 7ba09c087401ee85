"""Observers of a run: they keep its model, and pictures of how it comes along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

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
    from allegory.data.dataset import Dataset
    from allegory.runs.folder import RunFolder
    from allegory.training.observers import Scene

__all__ = ["KeepModel", "KeepWeights", "Preview", "shown"]


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
    """Keeps what a model makes, of the same seed and examples, at each evaluation."""

    folder: RunFolder
    data: Dataset
    count: int = 32

    def __call__(self, scene: Scene) -> None:
        """Write previews/IMAGES.png."""
        model: Any = scene.model
        what = shown(model)
        if what == "samples":
            x = sample(model, self.count, rng=torch.Generator().manual_seed(0))
            picture = draw_examples(x, self.data.media)
        elif what is None or not len(self.data):
            return
        else:
            x = self.data.take(np.arange(min(self.count, len(self.data))))
            picture = (
                draw_translations(model, x)
                if what == "translations"
                else draw_examples(reconstruct(model, x), self.data.media)
            )
        write_picture(picture, self.folder.path / "previews" / f"{scene.images:012d}.png")


def shown(model: Any) -> Literal["samples", "reconstructions", "translations"] | None:
    """What previews show of a model, the first that it can do; None: there are none of it."""
    if isinstance(model, Samples):
        return "samples"
    if isinstance(model, Encodes) and isinstance(model, Decodes):
        return "reconstructions"
    return "translations" if isinstance(model, Translates) else None
