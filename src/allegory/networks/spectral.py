"""Spectral normalisation: layers that stretch nothing, by weights divided by their largest value.

Miyato et al. (2018), "Spectral normalization for generative adversarial networks", equation 8.
Torch's own version moves its estimate within each forward pass. Here a forward pass changes
nothing, so that threads may share a network; `update_spectral` moves all estimates, once a step.
"""

from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import parametrize

__all__ = ["spectrally_normalised", "update_spectral"]

M = TypeVar("M", bound=nn.Module)


class Spectral(nn.Module):
    """W to W / σ, where σ = uᵀ W v: the largest singular value, at its singular vectors u and v.

    W is read as a matrix of one row an output. The vectors are constants to gradients.
    """

    u: Tensor
    v: Tensor

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        u, v = leading(weight.detach().flatten(1))
        self.register_buffer("u", u)
        self.register_buffer("v", v)

    def forward(self, weight: Tensor) -> Tensor:
        """The weight as its layer uses it, of the same shape."""
        with torch.autocast(weight.device.type, enabled=False):
            return weight / torch.dot(self.u, torch.mv(weight.flatten(1), self.v))

    @torch.no_grad()
    def update(self, weight: Tensor) -> None:
        """Follow the weight by one power iteration: algorithm 1 of the paper."""
        matrix = weight.flatten(1)
        with torch.autocast(weight.device.type, enabled=False):
            self.v.copy_(F.normalize(matrix.T @ self.u, dim=0))
            self.u.copy_(F.normalize(matrix @ self.v, dim=0))


def spectrally_normalised(module: M) -> M:
    """Normalise all linear and convolution layers of a module, in place; returns it.

    Exact at the start. A layer whose weights start at 0 can't be normalised, and gets orthogonal
    ones.

    Raises:
        ValueError: it has none of these layers.
    """
    layers = [m for m in module.modules() if isinstance(m, (nn.Linear, nn.Conv2d))]
    if not layers:
        raise ValueError(f"{type(module).__name__} has no linear or convolution layer.")
    for layer in layers:
        if not layer.weight.any():
            nn.init.orthogonal_(layer.weight)
        parametrize.register_parametrization(layer, "weight", Spectral(layer.weight))
    return module


def update_spectral(module: nn.Module) -> None:
    """Let each normalised layer of a module follow its weights: once after each move of theirs.

    Not between a forward pass and its backward pass, which needs the estimates as they were.
    """
    for layer in module.modules():
        if isinstance(layer, parametrize.ParametrizationList):
            for parametrization in layer:
                if isinstance(parametrization, Spectral):
                    parametrization.update(layer.original)


def leading(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """The left and the right singular vector of a matrix's largest singular value.

    From the smaller of its two Gram matrices: ten times faster than all singular vectors.
    """
    if matrix.shape[0] > matrix.shape[1]:
        v, u = leading(matrix.T)
        return u, v
    u = torch.linalg.eigh(matrix @ matrix.T).eigenvectors[:, -1].clone()
    return u, F.normalize(matrix.T @ u, dim=0)
