"""Schedulers of the package diffusers as solvers: what takes which step, by theirs."""

from __future__ import annotations

import inspect
import math
from functools import partial
from typing import TYPE_CHECKING, Any

from allegory.errors import UserError, unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Generator, Tensor

    from allegory.sampling.solvers import Denoise, Solver

__all__ = ["PREFIX", "scheduled"]

PREFIX = "diffusers:"
"""Before the name of a scheduler, where a solver is asked for by name."""
TOLD = {"prediction_type": "epsilon", "clip_sample": False, "timestep_spacing": "trailing"}
"""Of a scheduler's options: what it is given, nothing cut off, and that it begins at the highest
noise (Lin et al. 2024, "Common diffusion noise schedules and sample steps are flawed")."""
STEP = 4
"""Arguments that its step asks for: itself, the noise found, the time, the example in noise."""


def scheduled(name: str) -> Solver:
    """The solver that a scheduler makes: "diffusers:DPMSolverMultistepScheduler".

    It steps along noise levels of its own, those of DDPM (Ho et al. 2020), as many as the solver
    is called with.

    Raises:
        UserError: diffusers is not installed, or it has no such scheduler, or one of another kind.
    """
    try:
        import diffusers
    except ImportError:
        raise UserError(
            f"'{name}' needs diffusers: pip install 'allegory[diffusers]' brings it."
        ) from None
    known = [f"{PREFIX}{one}" for one in dir(diffusers) if one.endswith("Scheduler")]
    if name not in known:
        raise unknown("scheduler", name, known)
    kind = getattr(diffusers, name.removeprefix(PREFIX))
    given = {k: v for k, v in TOLD.items() if k in _arguments(kind)}
    try:
        scheduler = kind(**given)
    except (ImportError, TypeError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise UserError(f"'{name}' can't be used: {reason}.") from None
    asked = [k for k, v in _arguments(kind.step).items() if v.default is v.empty]
    if "Inverse" in name or len(asked) != STEP or not hasattr(scheduler, "alphas_cumprod"):
        raise UserError(f"'{name}' can't be used: it does not step down the noise of DDPM.")
    return partial(_solve, scheduler)


def _arguments(function: Any) -> dict[str, inspect.Parameter]:
    return dict(inspect.signature(function).parameters)


def _solve(
    scheduler: Any, denoise: Denoise, x: Tensor, sigmas: Sequence[float], rng: Generator
) -> Tensor:
    """As every solver, from noise in which x is not to be seen; sigmas are counted alone."""
    kept = scheduler.alphas_cumprod.double()
    logs: list[float] = (0.5 * ((1.0 - kept) / kept).log()).tolist()
    if math.log(sigmas[0]) < logs[-1] - 1.0:
        raise UserError(
            "a scheduler of diffusers goes all the way from noise: use another solver."
        )
    draws = (
        {"generator": rng} if "generator" in inspect.signature(scheduler.step).parameters else {}
    )
    scheduler.set_timesteps(len(sigmas) - 1)
    x = x / sigmas[0] * scheduler.init_noise_sigma
    for time in scheduler.timesteps:
        seen = scheduler.scale_model_input(x, time)  # sqrt(kept) (x_0 + sigma ε)
        sigma = math.exp(_at(logs, float(time)))
        noisy = seen * math.hypot(1.0, sigma)
        noise = (noisy - denoise(noisy, sigma)) / sigma
        x = scheduler.step(noise, time, x, **draws).prev_sample
    return x


def _at(values: list[float], place: float) -> float:
    """Values at a place between two of them, along a straight line."""
    low = min(int(place), len(values) - 2)
    return values[low] + (place - low) * (values[low + 1] - values[low])
