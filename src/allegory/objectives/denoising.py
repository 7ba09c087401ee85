"""What a denoising network is asked to predict, so that its input and its target are of size 1."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from allegory.hardware import in_double

__all__ = ["Formulation", "Scalings", "denoised", "noise_levels", "scalings", "squared_error"]

Formulation = Literal["edm", "flow"]


@dataclass(frozen=True)
class Scalings:
    """D(x; sigma) = skip x + out F(enter x; level): Karras et al. (2022), equation 7.

    Of n examples, (n,) each.
    """

    skip: Tensor
    out: Tensor
    enter: Tensor
    level: Tensor
    """How the noise is told to the network: ln sigma / 4, their table 1."""


def scalings(formulation: Formulation, sigma: Tensor, spread: float) -> Scalings:
    """The scalings at noise sigma (n,), of data of this spread (root of the mean square).

    edm: F's input and target have mean square 1, and its errors are amplified least: Karras et al.
    (2022), table 1.
    flow: F predicts the velocity ε - x_0 of the straight path from x_t = (1 - t) x_0 + t ε, where
    sigma = t / (1 - t): Lipman et al. (2023), "Flow matching for generative modeling", equation 23
    with their sigma_min = 0; then D = x_t - t F.
    """
    if formulation == "flow":
        kept = 1.0 / (1.0 + sigma)
        return Scalings(kept, -sigma * kept, kept, 0.25 * sigma.log())
    length = (sigma.square() + spread**2).sqrt()
    return Scalings(
        spread**2 / length.square(), sigma * spread / length, 1.0 / length, 0.25 * sigma.log()
    )


def denoised(x: Tensor, found: Tensor, s: Scalings) -> Tensor:
    """D = skip x + out F of x (n, ...) and F = found (n, ...)."""
    return along(s.skip, x) * x + along(s.out, x) * found


def squared_error(clean: Tensor, guess: Tensor, s: Scalings) -> Tensor:
    """(D - x_0)² / out², the mean over each example's values: (n,).

    It is the squared error of F: Karras et al. (2022), equation 8 with their lambda. Of F = 0 it
    is 1 for "edm" on average over the noise, and 1 + spread² for "flow".
    """
    return ((guess - clean) / along(s.out, clean)).square().flatten(1).mean(1)


def along(values: Tensor, x: Tensor) -> Tensor:
    """Values (n,) as a factor of x (n, ...)."""
    return values.view(-1, *[1] * (x.dim() - 1))


def noise_levels(uniform: Tensor, mean: float, deviation: float) -> Tensor:
    """Levels whose logarithms are normal: uniform numbers (n,) in [0, 1) to sigma (n,).

    Karras et al. (2022), table 1; of "flow" this is the logit-normal time of Esser et al. (2024),
    "Scaling rectified flow transformers", section 3.1, since ln sigma = logit t.
    """
    safe = in_double(uniform).clamp(1e-6, 1 - 1e-6)
    levels: Tensor = (mean + deviation * torch.special.ndtri(safe)).exp()
    return levels.float().to(uniform.device)
