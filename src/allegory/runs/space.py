"""A model's latent space, ready to be explored: ways ranked by effect, a place to start, a map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from allegory.capabilities import Conditional, Encodes
from allegory.errors import UserError
from allegory.runs.inputs import held_out, open_for
from allegory.tools.concern import concern
from allegory.tools.plane import in_the_plane
from allegory.tools.requires import require
from allegory.tools.running import home
from allegory.tools.traverse import typical
from allegory.tools.ways import ways

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.data.dataset import Dataset
    from allegory.runs.folder import RunFolder
    from allegory.tools.ways import Ways

__all__ = ["Space", "space_of"]

ENCODED, MAPPED = 1_000, 300
"""Held-out examples by which ways are named, and that stand on the map, at most."""


@dataclass(frozen=True)
class Space:
    """What there is to explore."""

    ways: Ways
    start: Tensor
    """(latents,): the most central code of the data, or a draw."""
    codes: Tensor | None
    """(n, latents): of the examples on the map; None for a model that can't encode."""
    places: Tensor | None
    """(n, 2) in [0, 1]: neighbours are kept."""
    examples: Dataset | None
    """(n,): those examples."""

    def plain(self, model: Any) -> dict[str, Any]:
        """It as JSON values."""
        latent = model.latent
        return {
            "size": latent.size,
            "mean": latent.mean.tolist(),
            "std": torch.where(latent.std > 0, latent.std, 1.0).tolist(),
            "start": self.start.tolist(),
            "ways": [
                {
                    "label": self.ways.short(axis.index),
                    "name": axis.name,
                    "share": axis.share,
                    "vector": self.ways.vectors[axis.index].tolist(),
                }
                for axis in self.ways.axes
            ],
            "conditions": list(model.conditions) if isinstance(model, Conditional) else [],
            "shape": list(model.media.shape),
            "codes": [] if self.codes is None else self.codes.tolist(),
            "places": [] if self.places is None else self.places.tolist(),
        }


@torch.inference_mode()
def space_of(folder: RunFolder, model: Any) -> Space:
    """The space of a run's model.

    Raises:
        UserError: the model does not decode.
    """
    require(model, "traverse")
    found = ways(model, rng=0)
    examples = _examples(folder, model) if isinstance(model, Encodes) else None
    if examples is None:
        return Space(found, typical(model.latent, None, 0), None, None, None)
    x = examples.take(np.arange(len(examples)), device=home(model))
    codes = model.encode(x).mean.cpu()
    found = found.named(model.latent, codes, examples.table())
    shown = examples.select(np.arange(min(MAPPED, len(examples))))
    codes = codes[: len(shown)]
    places = torch.from_numpy(in_the_plane(codes.numpy(), 0))
    return Space(found, typical(model.latent, codes, 0), codes, places, shown)


def _examples(folder: RunFolder, model: Any) -> Dataset | None:
    """Held-out examples in an order drawn at random; None where the data are gone."""
    try:
        found = held_out(concern(model, open_for(folder.run(), model.media)), ENCODED)
    except UserError:
        return None
    order = np.random.default_rng(0).permutation(len(found))
    return found.select(order) if len(found) else None
