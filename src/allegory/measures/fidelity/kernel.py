"""The kernel distance between the features of two sets: squared maximum mean discrepancy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from allegory.measures.fidelity.neighbours import PAIRS
from allegory.measures.fidelity.sides import Measured, in_canonical_order, sides
from allegory.measures.jackknife import groups_for, jackknife

if TYPE_CHECKING:
    from allegory.measures.fidelity.sides import Rows

__all__ = ["kernel_distance"]


def kernel_distance(real: Rows, generated: Rows, *, seed: int = 0) -> Measured:
    """Unbiased estimate of MMD² with the kernel (xᵀy / d + 1)³: 0 on average for equal sets.

    Binkowski et al. (2018), "Demystifying MMD GANs", section 4. They average over random subsets
    of 1,000, to save time; this is the estimate on all examples, which varies less and has the
    same expectation. It does not depend on n, and may be below 0 by chance. The interval is the
    jackknife's, over groups that the seed draws.

    Args:
        real: (n, d).
        generated: (m, d).
        seed: of the groups.
    """
    sides(real, generated)  # the kernel is not free of the centre: only the checks are wanted
    x, y = (
        in_canonical_order(torch.as_tensor(side).cpu().double(), seed + i)
        for i, side in enumerate((real, generated))
    )
    groups, notes = groups_for(min(len(x), len(y)))
    in_x, in_y = (_membership(len(side), groups) for side in (x, y))
    within_x, within_y = (
        _sums(side, side, group, group) - torch.diag(_with_itself(side) @ group)
        for side, group in ((x, in_x), (y, in_y))
    )
    across = _sums(x, y, in_x, in_y)

    def distance(kept: Tensor) -> float:
        n, m = (float(group.sum(0)[kept].sum()) for group in (in_x, in_y))
        a, b, c = (float(sums[kept][:, kept].sum()) for sums in (within_x, within_y, across))
        return a / (n * (n - 1)) + b / (m * (m - 1)) - 2 * c / (n * m)

    value = distance(torch.ones(groups, dtype=torch.bool))
    left_out = [distance(torch.arange(groups) != j) for j in range(groups)] if groups > 1 else []
    half = jackknife(value, left_out).half
    return Measured(
        value=value,
        low=value - half,
        high=value + half,
        n_real=len(x),
        n_generated=len(y),
        notes=notes,
    )


def _membership(n: int, groups: int) -> Tensor:
    """Which of the groups each of n examples is in, as 0 and 1: (n, groups)."""
    return torch.eye(groups, dtype=torch.float64)[torch.arange(n) * groups // n]


def _sums(x: Tensor, y: Tensor, in_x: Tensor, in_y: Tensor) -> Tensor:
    """Sums of the kernel between groups, (groups, groups), of x (n, d) and y (m, d)."""
    rows = max(PAIRS // len(y), 1)
    pieces = (
        group.T @ ((part @ y.T / x.shape[1] + 1) ** 3 @ in_y)
        for part, group in zip(torch.split(x, rows), torch.split(in_x, rows), strict=True)
    )
    return torch.stack(list(pieces)).sum(0)


def _with_itself(x: Tensor) -> Tensor:
    """The kernel of each example with itself, (n,)."""
    return (x.square().sum(1) / x.shape[1] + 1) ** 3
