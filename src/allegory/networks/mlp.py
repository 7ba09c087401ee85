"""Fully connected networks for vectors."""

from itertools import pairwise

import torch
from torch import Tensor, nn

__all__ = ["MLP", "Carried", "Standardise", "Unstandardise"]


class Carried(nn.Module):
    """z + f(z): noise carried to where it belongs, from the identity at the start.

    Where the network's output is shorter or longer than its input, the rest of z is dropped or
    taken for 0.
    """

    def __init__(self, network: "MLP") -> None:
        super().__init__()
        self.network = network
        nn.init.zeros_(network.layers[-1].weight)  # type: ignore[arg-type]
        nn.init.zeros_(network.layers[-1].bias)  # type: ignore[arg-type]

    def forward(self, z: Tensor) -> Tensor:
        """Carry z (n, inputs) to (n, outputs)."""
        way: Tensor = self.network(z)
        return way + nn.functional.pad(z, (0, way.shape[1] - z.shape[1]))


class MLP(nn.Module):
    """Linear layers with SiLU between them: (n, sizes[0]) to (n, sizes[-1])."""

    def __init__(self, *sizes: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))

    def forward(self, x: Tensor) -> Tensor:
        """Map x (n, sizes[0]) to (n, sizes[-1])."""
        for layer in self.layers[:-1]:
            x = nn.functional.silu(layer(x))
        out: Tensor = self.layers[-1](x)
        return out


class Standardise(nn.Module):
    """(x - offset) / scale, with constants that are saved with the model."""

    offset: Tensor
    scale: Tensor

    def __init__(self, offset: tuple[float, ...], scale: tuple[float, ...]) -> None:
        super().__init__()
        self.register_buffer("offset", torch.tensor(offset, dtype=torch.float32))
        self.register_buffer("scale", torch.tensor(scale, dtype=torch.float32))

    def forward(self, x: Tensor) -> Tensor:
        """Standardise x (n, size)."""
        return (x - self.offset) / self.scale


class Unstandardise(Standardise):
    """x * scale + offset: the inverse of Standardise."""

    def forward(self, x: Tensor) -> Tensor:
        """Give x (n, size) its units back."""
        return x * self.scale + self.offset
