"""Noise schedules: how much noise there is when, and where a sampler stops on its way down.

All of them noise an example as x_t = alpha (x_0 + sigma ε), ε ~ N(0, I), and differ in alpha and
in the pace of sigma alone. The factor alpha changes nothing that a denoiser could not undo, so
that all solvers work at alpha = 1, as in Karras et al. (2022), "Elucidating the design space of
diffusion-based generative models", and a schedule tells them the values of sigma.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import torch

from allegory.errors import UserError, unknown

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Path", "Schedule"]

Path = Literal["edm", "cosine", "linear", "flow"]

SLOWEST, FASTEST = 0.1, 20.0
"""Rates of noise at both ends of the linear path."""


@dataclass(frozen=True)
class Schedule:
    """Noise levels from `sigma_max` down to `sigma_min`, along one of four paths.

    edm: alpha = 1; sigma^(1/rho) goes down evenly (Karras et al. 2022, equation 5).
    cosine: alpha² (1 + sigma²) = 1, sigma = tan(π t / 2) (Nichol & Dhariwal 2021, "Improved
    denoising diffusion probabilistic models", equation 17, without the offset).
    linear: alpha as before, ln alpha² = -(β₀ t + (β₁ - β₀) t² / 2): the DDPM of Ho et al. (2020)
    in continuous time (Song et al. 2021, "Score-based generative modeling", equation 32).
    flow: the straight path x_t = (1 - t) x_0 + t ε (Lipman et al. 2023, "Flow matching"; Liu et
    al. 2023, "Rectified flow"): alpha = 1 - t, sigma = t / (1 - t).
    """

    path: Path = "edm"
    sigma_min: float = 0.002
    """The lowest noise that is still noise; a sampler's last step goes from there to none."""
    sigma_max: float = 80.0
    """The highest noise: there an example is not to be seen."""
    rho: float = 7.0
    """Of the path "edm": the higher, the more of its steps are at low noise."""

    def __post_init__(self) -> None:
        if self.path not in get_args(Path):
            raise unknown("path of noise", self.path, get_args(Path))
        if not 0 < self.sigma_min < self.sigma_max < math.inf:
            raise UserError(
                f"noise can't go from {self.sigma_max:g} down to {self.sigma_min:g}: give two "
                "numbers above 0, the higher one first."
            )

    def sigma(self, time: Tensor) -> Tensor:
        """Noise at times in [0, 1): rises with them."""
        match self.path:
            case "edm":
                low, high = (s ** (1 / self.rho) for s in (self.sigma_min, self.sigma_max))
                return torch.pow(low + time * (high - low), self.rho)
            case "cosine":
                return torch.tan(0.5 * math.pi * time)
            case "linear":
                lost = SLOWEST * time + 0.5 * (FASTEST - SLOWEST) * time.square()
                return torch.expm1(lost).sqrt()
            case "flow":
                return time / (1.0 - time)

    def time(self, sigma: Tensor) -> Tensor:
        """The time at which the noise is sigma: the inverse of `sigma`."""
        match self.path:
            case "edm":
                low, high = (s ** (1 / self.rho) for s in (self.sigma_min, self.sigma_max))
                return (torch.pow(sigma, 1 / self.rho).sub(low)).div(high - low)
            case "cosine":
                return torch.atan(sigma) * (2.0 / math.pi)
            case "linear":
                lost, rise = torch.log1p(sigma.square()), FASTEST - SLOWEST
                return 2.0 * lost / (SLOWEST + (SLOWEST**2 + 2.0 * rise * lost).sqrt())
            case "flow":
                return sigma / (1.0 + sigma)

    def alpha(self, sigma: Tensor) -> Tensor:
        """The factor by which an example is scaled where the noise is sigma."""
        match self.path:
            case "edm":
                return torch.ones_like(sigma)
            case "cosine" | "linear":
                return (1.0 + sigma.square()).rsqrt()
            case "flow":
                return 1.0 / (1.0 + sigma)

    def levels(self, steps: int) -> Tensor:
        """`steps` levels at even times from sigma_max down to sigma_min: (steps,) float64.

        Of one step there is sigma_max alone.
        """
        if steps < 1:
            raise UserError(f"noise can't be taken off in {steps} steps: give 1 or more.")
        ends = torch.tensor([self.sigma_max, self.sigma_min], dtype=torch.float64)
        first, last = self.time(ends)
        between = torch.linspace(0.0, 1.0, steps, dtype=torch.float64)
        levels = self.sigma(first + between * (last - first))
        levels[0] = self.sigma_max  # not by rounding
        return levels

    def sigmas(self, steps: int) -> tuple[float, ...]:
        """Where a sampler of so many steps stops: `levels`, then 0; steps + 1 numbers."""
        return (*self.levels(steps).tolist(), 0.0)
