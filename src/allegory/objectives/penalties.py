"""Penalties on the slope of a discriminator: per example, so that no batch size is special."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["between", "slopes", "unit_slope", "zero_slope"]


def slopes(scores: Tensor, x: Tensor) -> Tensor:
    """Gradient of the score of each example by the example: (n, values), float32.

    It can be differentiated again. Each score must follow from its own example: then the gradient
    of their sum holds that of each.

    Args:
        scores: (n,), computed from x.
        x: (n, ...), which requires a gradient.
    """
    (gradient,) = torch.autograd.grad(scores.sum(), x, create_graph=True)
    return gradient.float().flatten(1)


def zero_slope(slopes: Tensor) -> Tensor:
    """½ ‖∇ D(x)‖² of slopes (n, values): (n,).

    On real examples it is R1, on generated ones R2: Mescheder et al. (2018), "Which training
    methods for GANs do actually converge?", equations 9 and 10, without their weight gamma.
    """
    return 0.5 * slopes.square().sum(1)


def unit_slope(slopes: Tensor) -> Tensor:
    """(‖∇ D(x)‖ − 1)² of slopes (n, values): (n,).

    The gradient penalty, on points that `between` gives: Gulrajani et al. (2017), "Improved
    training of Wasserstein GANs", equation 3, without its weight lambda.
    """
    # the root of 0 has no gradient
    return ((slopes.square().sum(1) + 1e-12).sqrt() - 1.0).square()


def between(real: Tensor, fake: Tensor, uniform: Tensor) -> Tensor:
    """A point on the line from each fake example to a real one, (n, ...); `uniform` is (n,)."""
    share = uniform.view(-1, *[1] * (real.ndim - 1))
    return fake + share * (real - fake)
