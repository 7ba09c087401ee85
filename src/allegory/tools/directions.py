"""Directions through the latent space along which examples change most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from allegory.tools.running import in_batches
from allegory.tools.standard import from_standard, to_standard

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from allegory.capabilities import Decodes

__all__ = ["Directions", "principal_directions"]

STEP = 0.1
"""To each side of a code, in standard deviations, between which a change is measured."""


@dataclass(frozen=True)
class Directions:
    """Directions in units of the latents' standard deviations, the strongest first."""

    vectors: Tensor
    """(k, latents): rows of length 1, at right angles; the largest entry of each is positive."""
    effects: Tensor
    """(k,): root-mean-square change of an example in the media's unit, for each standard
    deviation that a code moves."""


@torch.inference_mode()
def principal_directions(
    model: Decodes, *, k: int | None = None, n: int = 32, rng: Generator | int
) -> Directions:
    """The k directions (all, by default) of the largest mean square change.

    The eigenvectors of E[JᵀJ], J the Jacobian of decode by u = (z - mean) / std at a draw of the
    latent space: the mean metric that decode induces on it, much the same at all codes (Wang &
    Ponce 2021, "The geometry of deep generative image models and its applications"). Single
    latents of a generator stand for nothing; these do not depend on how its latents are rotated.
    The mean is over n draws, J from central differences: 2 n · latents examples are decoded.
    """
    latent = model.latent
    around = to_standard(latent, latent.draw(n, rng).to(latent.mean))
    steps = STEP * torch.eye(latent.size).to(latent.mean)
    metric = torch.zeros(latent.size, latent.size, dtype=torch.float64)
    for u in around:
        ends = from_standard(latent, torch.cat([u - steps, u + steps]))
        below, above = in_batches(model.decode, ends).flatten(1).double().chunk(2)
        jacobian = (above - below) / (2 * STEP)
        metric += jacobian @ jacobian.T / (n * jacobian.shape[1])
    squares, vectors = torch.linalg.eigh(metric)
    vectors = vectors.T.flip(0)[:k]
    # an eigenvector has no sign of its own
    largest = vectors.take_along_dim(vectors.abs().argmax(1, keepdim=True), 1)
    effects = squares.flip(0)[:k].clamp_min(0).sqrt()
    return Directions((vectors * largest.sign()).float(), effects.float())
