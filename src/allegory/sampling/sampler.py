"""A sampler as a value: which solver, how many steps, which schedule, how strongly guided."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import torch

from allegory.errors import UserError, unknown
from allegory.randomness import generator
from allegory.sampling.schedulers import PREFIX, scheduled
from allegory.sampling.schedules import Schedule
from allegory.sampling.solvers import SOLVERS, noise_like

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from allegory.capabilities import Denoises
    from allegory.sampling.solvers import Denoise, Solver

__all__ = ["Sampler", "guided", "sampler_of"]


@dataclass(frozen=True)
class Sampler:
    """How examples are drawn from a model that denoises."""

    solver: str = "dpm++"
    steps: int = 16
    guidance: float = 1.0
    """How strongly samples are held to their class: 1 follows the class's own distribution, more
    gives examples more typical of the class and less varied, 0 follows that of all classes."""
    schedule: Schedule = field(default_factory=Schedule)

    def __post_init__(self) -> None:
        solver_of(self.solver)  # raises where there is none
        if self.guidance < 0:
            raise UserError(f"guidance is 0 or more (given: {self.guidance:g}).")
        self.schedule.levels(self.steps)  # raises where the steps are too few

    def noised(self, noise: Tensor, spread: float) -> Tensor:
        """Examples at the highest noise from standard normal numbers, of data of this spread."""
        return noise * math.hypot(self.schedule.sigma_max, spread)

    def clean(self, denoise: Denoise, x: Tensor, rng: Generator | int, start: int = 0) -> Tensor:
        """Take the noise off x (n, ...), whose noise is that of step `start`."""
        sigmas = self.schedule.sigmas(self.steps)[start:]
        return solver_of(self.solver)(denoise, x, sigmas, generator(rng))

    def encode(self, denoise: Denoise, x: Tensor) -> Tensor:
        """From examples x (n, ...) to the highest noise, by the equation in reverse.

        Of solvers that draw noise DDIM is the one without: Song et al. (2021), section 4.3. It
        stands for schedulers of diffusers too, which know one direction only.
        """
        forward = self.solver != "ancestral" and self.solver in SOLVERS
        solver = SOLVERS[self.solver if forward else "ddim"]
        sigmas = self.schedule.levels(self.steps).flip(0)
        return solver(denoise, x, sigmas, generator(0))

    def vary(self, denoise: Denoise, x: Tensor, strength: float, rng: Generator | int) -> Tensor:
        """Examples like x (n, ...): partly noised, then cleaned.

        Meng et al. (2022), "SDEdit: guided image synthesis and editing with stochastic
        differential equations", algorithm 1.

        Args:
            denoise: D(x; sigma).
            x: it.
            strength: share of the steps that are taken, above 0: 1 leaves nothing of x.
            rng: of the noise.
        """
        if not 0 < strength <= 1:
            raise UserError(f"strength lies above 0, up to 1 (given: {strength:g}).")
        rng, start = generator(rng), self.steps - max(1, round(strength * self.steps))
        sigma = self.schedule.levels(self.steps)[start]
        return self.clean(denoise, x + sigma * noise_like(x, rng), rng, start)


def solver_of(name: str) -> Solver:
    """The solver of this name, or the scheduler of diffusers.

    Raises:
        UserError: there is none; names the nearest.
    """
    if name.startswith(PREFIX):
        return scheduled(name)
    if name not in SOLVERS:
        raise unknown("solver", name, SOLVERS)
    return SOLVERS[name]


def sampler_of(model: Denoises) -> Sampler:
    """The sampler that a model draws its own samples by."""
    own = model.noising
    schedule = Schedule(sigma_min=own.lowest, sigma_max=own.highest)
    return Sampler(own.solver, own.steps, own.guidance, schedule)


def guided(model: Denoises, labels: Tensor | None, guidance: float) -> Denoise:
    """D(x; sigma) of classes `labels` (n,), or of all where there are none.

    D + guidance (D_class - D): Ho & Salimans (2022), "Classifier-free diffusion guidance",
    equation 6, whose w is guidance - 1. One call where guidance is 0 or 1, else two in one.
    """
    if labels is None or guidance == 0:
        return partial(_called, model, None)
    if guidance == 1:
        return partial(_called, model, labels)
    both = torch.cat([labels, torch.full_like(labels, -1)])

    def denoise(x: Tensor, sigma: Tensor) -> Tensor:
        of_class, of_all = _called(model, both, torch.cat([x, x]), sigma).chunk(2)
        return of_all + guidance * (of_class - of_all)

    return denoise


def _called(model: Denoises, labels: Tensor | None, x: Tensor, sigma: Tensor) -> Tensor:
    """D(x; sigma) of a model with one sigma for all of x."""
    level = sigma.to(x).expand(len(x))
    return model.denoise(x, level) if labels is None else model.denoise(x, level, labels=labels)
