"""A model before held-out examples: what every part of its report is made from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from allegory.capabilities import Decodes
from allegory.tools.mixture import Mixture, mixture_of_codes
from allegory.tools.requires import tools_for
from allegory.tools.running import home, in_batches
from allegory.tools.ways import Ways, ways, without_ways

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.capabilities import Model
    from allegory.data.dataset import Dataset

__all__ = ["Scene", "explore"]

ENCODED = 2000
"""Held-out examples that axes are named and latents are counted by, at most."""


@dataclass(frozen=True)
class Scene:
    """A model before the examples that it is shown with."""

    model: Any
    """What it can do is asked of `tools` first."""
    data: Dataset
    """Held-out examples."""
    seed: int
    tools: tuple[str, ...]
    ways: Ways | None
    """Its latents or, where it can't encode, its principal directions; None for a model without a
    decoder."""
    codes: Tensor | None
    """Posterior means (n, latents) of the first n examples; None for a model without encoder."""
    mixture: Mixture | None
    """Fitted to the codes of training examples; None for a model that can't both encode and draw
    samples."""

    def examples(self, n: int) -> Tensor:
        """The first n examples, or all where they are fewer."""
        x: Tensor = self.data.take(np.arange(min(n, len(self.data))))
        return x


def explore(model: Model, train: Dataset, held_out: Dataset, seed: int) -> Scene:
    """Encode held-out examples, and rank and name ways to move, as far as the model can."""
    tools = tools_for(model)
    if isinstance(model, Decodes) and without_ways(model) is not None:
        tools = tuple(tool for tool in tools if tool not in ("traverse", "encode"))
    scene = Scene(model, held_out, seed, tools, None, None, None)
    with torch.inference_mode():
        codes = _codes(scene) if "encode" in scene.tools else None
    found = ways(scene.model, rng=seed) if "traverse" in scene.tools else None
    if codes is not None and found is not None:
        shown = held_out.select(np.arange(len(codes)))
        found = found.named(scene.model.latent, codes, shown.table())
    mixture = None
    if {"encode", "sample", "traverse"}.issubset(scene.tools):
        mixture = mixture_of_codes(scene.model, train, rng=seed)
    return replace(scene, ways=found, codes=codes, mixture=mixture)


def _codes(scene: Scene) -> Tensor:
    device, n = home(scene.model), min(ENCODED, len(scene.data))
    encoded = torch.arange(n)
    return in_batches(
        lambda rows: scene.model.encode(scene.data.take(rows.numpy(), device=device)).mean, encoded
    )
