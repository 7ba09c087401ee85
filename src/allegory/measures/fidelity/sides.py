"""The two sides of a comparison: checked, in an order of their own; and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from allegory.errors import UserError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = Tensor | NDArray[Any]
    """Features (n, d), finite, one example a row."""

__all__ = ["Measured", "in_canonical_order", "sides"]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A figure, its 95 % interval, and what it was computed from."""

    value: float
    low: float
    """Lower end of the interval; -inf (0 for what can't be less) where too few examples give
    none."""
    high: float
    n_real: int
    n_generated: int
    notes: tuple[str, ...] = ()
    """What the reader of the figure must know, in sentences."""


def sides(real: Rows, generated: Rows, *more: Rows) -> tuple[Tensor, ...]:
    """Sets of features as float64 (n, d) on the CPU, around their common centre.

    Distances and covariances do not depend on the centre; with it they lose fewer digits.

    Raises:
        UserError: a side has fewer than 2 examples, numbers that are not finite, or another d.
    """
    found = [torch.as_tensor(x).detach().cpu().double() for x in (real, generated, *more)]
    for x in found:
        if x.ndim != 2:
            raise UserError(f"features are (n, d): these have the shape {tuple(x.shape)}.")
        if len(x) < 2:
            raise UserError(
                f"fidelity compares sets: at least 2 examples of each are needed, not {len(x)}."
            )
        if x.shape[1] != found[0].shape[1]:
            raise UserError(
                f"the sets have {found[0].shape[1]} and {x.shape[1]} features: they do not come "
                "from the same feature network."
            )
        if not x.isfinite().all():
            raise UserError("some features are not finite: the examples or the network are bad.")
    centre = found[0].mean(0)
    return tuple(x - centre for x in found)


def in_canonical_order(x: Tensor, seed: int) -> Tensor:
    """The rows of x (n, d), shuffled by the seed in a way that does not depend on their order.

    Each side takes a seed of its own: groups that hold the same quantiles of both would move both
    alike when they are left out, and hide how far the figure varies.
    """
    rng = torch.Generator().manual_seed(seed)
    axis = torch.randn(x.shape[1], generator=rng, dtype=x.dtype)
    return x[(x @ axis).argsort()][torch.randperm(len(x), generator=rng)]
