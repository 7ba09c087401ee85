"""Layers whose weights all learn at the same rate: scaled when they are used, not when drawn.

Karras et al. (2018), "Progressive growing of GANs for improved quality, stability, and variation",
section 4.1: an optimiser that divides by the gradient's size moves every weight at the same speed,
so all weights should span the same range.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["EqualisedConv", "EqualisedLinear"]

HE = 2**0.5
"""Gain in front of a rectifier: He et al. (2015), "Delving deep into rectifiers", equation 10."""


class EqualisedLinear(nn.Module):
    """A linear layer (n, inputs) to (n, outputs) with weights drawn from N(0, 1).

    With unit variance in, the variance out is gain² at the start.
    """

    def __init__(self, inputs: int, outputs: int, *, gain: float = HE) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.scale = gain * inputs**-0.5

    def forward(self, x: Tensor) -> Tensor:
        """Map x (n, inputs) to (n, outputs)."""
        return F.linear(x, self.scale * self.weight, self.bias)


class EqualisedConv(nn.Module):
    """The same as a convolution with an odd kernel, which keeps height and width."""

    def __init__(self, inputs: int, outputs: int, kernel: int, *, gain: float = HE) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.scale = gain * (inputs * kernel**2) ** -0.5
        self.padding = kernel // 2

    def forward(self, x: Tensor) -> Tensor:
        """Map x (n, inputs, h, w) to (n, outputs, h, w)."""
        return F.conv2d(x, self.scale * self.weight, self.bias, padding=self.padding)
