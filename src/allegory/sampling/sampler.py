"""A sampler as a value: which solver, how many steps, which schedule, how strongly guided."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING

import torch

from allegory.errors import UserError, unknown
from allegory.hardware import multiplies_bfloat16
from allegory.media import Vectors
from allegory.randomness import generator
from allegory.sampling.looped import looped, table_of
from allegory.sampling.schedulers import PREFIX, scheduled
from allegory.sampling.schedules import Schedule
from allegory.sampling.solvers import SOLVERS, for_each, noise_like

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Generator, Tensor

    from allegory.capabilities import Denoises
    from allegory.media import Media
    from allegory.sampling.solvers import Denoise, Level, Solver

__all__ = ["Sampler", "guided", "rounded", "sampler_of"]


FEW = 8
"""Pictures at once, below which rounding the weights costs more than it saves."""


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
        _ = self.sigmas  # found before an exporter looks on; raises where steps are few

    @cached_property
    def sigmas(self) -> tuple[float, ...]:
        """Where it stops, from the highest noise to 0: numbers, so that an exporter follows it."""
        return self.schedule.sigmas(self.steps)

    def noised(self, noise: Tensor, spread: float) -> Tensor:
        """Examples at the highest noise from standard normal numbers, of data of this spread."""
        return noise * math.hypot(self.schedule.sigma_max, spread)

    def clean(self, denoise: Denoise, x: Tensor, rng: Generator | int, start: int = 0) -> Tensor:
        """Take the noise off x (n, ...), whose noise is that of step `start`."""
        return _run(self.solver, denoise, x, self.sigmas[start:], rng)

    def encode(self, denoise: Denoise, x: Tensor) -> Tensor:
        """From examples x (n, ...) to the highest noise, by the equation in reverse.

        Of solvers that draw noise DDIM is the one without: Song et al. (2021), section 4.3. It
        stands for schedulers of diffusers too, which know one direction only.
        """
        name = self.solver if _settled(self.solver) else "ddim"
        return _run(name, denoise, x, self.sigmas[-2::-1], 0)

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
        return self.clean(denoise, x + self.sigmas[start] * noise_like(x, rng), rng, start)


def _run(
    name: str, denoise: Denoise, x: Tensor, sigmas: Sequence[float], rng: Generator | int
) -> Tensor:
    """What the solver of this name makes of x; while it is exported, as a loop."""
    if not torch.compiler.is_exporting():
        return solver_of(name)(denoise, x, sigmas, generator(rng))
    if not _settled(name):
        raise UserError(
            f"the solver '{name}' can't be exported: it draws noise at each step, or is none of "
            f"ours. {', '.join(filter(_settled, SOLVERS))} can."
        )
    return looped(table_of(SOLVERS[name], sigmas), denoise, x)


def _settled(name: str) -> bool:
    """Whether the solver of this name follows from the noise levels alone, in either direction."""
    return name in SOLVERS and name != "ancestral"


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

    def denoise(x: Tensor, sigma: Level) -> Tensor:
        found = _called(model, both, torch.cat([x, x]), sigma)
        of_class, of_all = found[: x.shape[0]], found[x.shape[0] :]  # an exporter can't halve
        return of_all + guidance * (of_class - of_all)

    return denoise


def rounded(denoise: Denoise, media: Media) -> Denoise:
    """The same, multiplying in bfloat16 for pictures where that is fast: for what is drawn anew.

    The next step sees what rounding did to the one before as noise, and takes it off too. What has
    to fit an example, its code or its density, is computed without.
    """

    def called(x: Tensor, sigma: Level) -> Tensor:
        many = len(x) >= FEW and not isinstance(media, Vectors)
        fast = many and multiplies_bfloat16(x.device)
        with torch.autocast(x.device.type, torch.bfloat16, enabled=fast):
            return denoise(x, sigma)

    return called


def _called(model: Denoises, labels: Tensor | None, x: Tensor, sigma: Level) -> Tensor:
    """D(x; sigma) of a model with one sigma for all of x."""
    level = for_each(sigma, x)
    return model.denoise(x, level) if labels is None else model.denoise(x, level, labels=labels)
