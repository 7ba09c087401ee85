"""Solvers in a loop that an exporter can follow: the network is in the file once, not once a step.

Solvers of the probability-flow equation add up: what a call of the denoiser sees is a sum of where
the solver began and of what earlier calls gave, with weights that follow from the noise levels
alone. So a solver is a table, found by running it on numbers that remember what they are made of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch._higher_order_ops.scan import scan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from allegory.sampling.solvers import Denoise, Solver

__all__ = ["Table", "looped", "table_of"]


@dataclass(frozen=True)
class Table:
    """A solver along certain noise levels."""

    levels: tuple[float, ...]
    """The noise at each call of the denoiser."""
    weights: NDArray[np.float64]
    """(calls + 1, calls + 1): what a call sees of the start and of what each call before
    it gave; in the last row, what comes out."""


def table_of(solver: Solver, sigmas: Sequence[float]) -> Table:
    """The table of a solver that draws nothing, along these noise levels."""
    # arrays, not tensors: an exporter that looks on would take those for a part of the model
    parts = np.eye(2 * len(sigmas))  # two calls a step at most
    levels: list[float] = []
    rows: list[Any] = []

    def denoise(x: Any, sigma: float | Tensor) -> Any:
        levels.append(float(sigma))
        rows.append(x)
        return parts[len(rows)]

    start: Any = parts[0]
    rows.append(solver(denoise, start, sigmas, torch.Generator()))
    return Table(tuple(levels), np.stack(rows)[:, : len(levels) + 1])


def looped(table: Table, denoise: Denoise, x: Tensor) -> Tensor:
    """What the solver of this table makes of x (n, ...), as one loop of the graph."""
    calls, weights = len(table.levels), x.new_tensor(table.weights.tolist())
    places = torch.eye(calls + 1, dtype=x.dtype, device=x.device)[1:]
    seen = torch.cat([x[None], torch.zeros_like(x)[None].expand(calls, *x.shape)])

    def call(seen: Tensor, step: tuple[Tensor, Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        row, sigma, place = step
        clean = denoise(torch.tensordot(row, seen, dims=1), sigma)
        return seen + place.view(-1, *[1] * x.dim()) * clean[None], sigma.clone()

    rows = (weights[:-1], x.new_tensor(table.levels), places)
    seen, _ = scan(call, seen, rows)
    out: Tensor = torch.tensordot(weights[-1], seen, dims=1)
    return out
