"""The data's side of health: made once, and the same at every evaluation of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from allegory.errors import UserError
from allegory.measures.fidelity.features import Features, plain_features
from allegory.measures.fidelity.manifold import precision_recall

if TYPE_CHECKING:
    from allegory.media import Media

__all__ = ["FEWEST", "Reference", "mean_distance", "reference"]

AXES = 16
"""Features at most. The principal components of pictures are smooth: a model whose samples are a
little blurred is not taken for one that lacks modes, as it would be pixel by pixel."""
FITTED = 256
"""Examples of each split at most that the axes are fitted to: their cost grows with the square."""
FEWEST = 8
"""Examples below which nothing is measured: three neighbours and two halves need some."""


@dataclass(frozen=True)
class Reference:
    """Examples that samples are compared with, and the features by which they are."""

    media: Media
    axes: Features
    held_out: Tensor
    """(m, *media.shape); m may be 0."""
    train: Tensor
    """(k, *media.shape), of the training split."""
    examples: Tensor
    """(e, *media.shape): held-out examples, filled up with training examples where they are few.
    What samples are like is compared with these."""
    near: Tensor
    """(m + l, d): features of the held-out examples, then of as many training examples as the
    search for copies can afford."""
    apart: float
    """Mean distance between two examples, value by value."""
    recall: float
    """That of one half of the examples by the other: what a model that has learned the
    distribution reaches, at the n of a half."""

    @property
    def half(self) -> int:
        """Examples in each half."""
        return len(self.examples) // 2


def reference(media: Media, held_out: Tensor, train: Tensor, *, most: int = 512) -> Reference:
    """The reference of a run.

    Args:
        media: what the examples are.
        held_out: (m, *media.shape).
        train: (l, *media.shape), of which the first `most` are judged by a discriminator, and all
            searched for copies.
        most: examples that samples are compared with.

    Raises:
        UserError: there are fewer than 8 examples in all.
    """
    axes = principal_axes(media, held_out[:FITTED], train[:FITTED])
    examples = torch.cat([held_out[:most], train[: max(most - len(held_out), 0)]])
    if len(examples) < FEWEST:
        raise UserError(f"{len(examples)} examples are too few to judge samples by.")
    # every other one, so that held-out and training examples are in both halves
    a, b = (axes.of(examples[start : len(examples) // 2 * 2 : 2]) for start in (0, 1))
    return Reference(
        media,
        axes,
        held_out,
        train[:most],
        examples,
        torch.cat([axes.of(held_out), axes.of(train)]) if len(held_out) else axes.of(train),
        mean_distance(plain_features(media).of(examples)),
        precision_recall(a, b).recall.value,
    )


def mean_distance(x: Tensor) -> float:
    """Between two different rows of x (n, d)."""
    return float(torch.cdist(x, x).double().sum()) / (len(x) * (len(x) - 1))


def principal_axes(media: Media, held_out: Tensor, train: Tensor) -> Features:
    """Places along the principal axes of the examples, in the units of `plain_features`.

    They are fitted to both splits alike: features fitted to training examples alone would show
    these larger than held-out ones, and the search for copies rests on both being alike.
    """
    plain = plain_features(media)
    n = min(len(held_out), len(train)) or max(len(held_out), len(train))
    x = torch.cat([plain.extract(side[:n]).float() for side in (held_out, train) if len(side)])
    if x.shape[1] <= AXES:
        return plain
    centre = x.mean(0)
    # eigenvectors of the inner products: examples are fewer than pixels
    values, vectors = torch.linalg.eigh(((x - centre) @ (x - centre).T).double())
    kept = values > values[-1] * 1e-9
    kept[:-AXES] = False
    directions = ((x - centre).T @ vectors[:, kept].float()) / values[kept].sqrt().float()
    name = f"{int(kept.sum())} principal axes of {plain.name}"
    return Features(name, plain.resize, lambda y: (plain.extract(y) - centre) @ directions)
