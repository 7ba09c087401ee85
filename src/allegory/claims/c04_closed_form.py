"""C4: the KL divergence to the prior has a closed form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allegory.claims.claim import Claim, Finding
from allegory.claims.interval import above, below, t_interval, together, words
from allegory.progress import track
from allegory.randomness import generator
from allegory.report.plots import Series, plot

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["CLAIM"]

TOLERANCE = 1e-2
CHUNK = 1_000
"""Draws at once."""


@dataclass(frozen=True)
class Settings:
    """How many posteriors, how large, and how closely each is looked at."""

    seeds: int
    draws: int
    """Of z, for each posterior: a multiple of 1,000."""
    posteriors: int = 16
    latents: tuple[int, ...] = (2, 8, 32)


@dataclass(frozen=True)
class Comparison:
    """KL divergences in nats of the same posteriors, (posteriors,) each."""

    monte_carlo: Tensor
    error: Tensor
    """Standard error of Monte Carlo."""
    closed: Tensor
    sign_lost: Tensor
    """By ½ Σ (σ² + μ² − 1 + ln σ²)."""
    not_squared: Tensor
    """By ½ Σ (σ + μ² − 1 − ln σ)."""

    @property
    def noise(self) -> float:
        """The largest relative standard error of Monte Carlo."""
        return float((self.error / self.monte_carlo).max())

    def worst(self, form: Tensor) -> float:
        """The largest relative difference between a form and Monte Carlo."""
        return float(((form - self.monte_carlo) / self.monte_carlo).abs().max())


def experiment(s: Settings) -> Finding:
    """Compare the forms on random posteriors."""
    import torch

    found = []
    with track("C4", s.seeds * len(s.latents)) as advance:
        for seed in range(s.seeds):
            parts = []
            for latents in s.latents:
                parts.append(compare(s.posteriors, latents, s.draws, seed))
                advance(1)
            names = Comparison.__dataclass_fields__
            found.append(
                Comparison(*(torch.cat([getattr(p, name) for p in parts]) for name in names))
            )
    closed = t_interval("closed form", [c.worst(c.closed) for c in found])
    lost = t_interval("the minus sign lost", [c.worst(c.sign_lost) for c in found])
    confused = t_interval("sigma for its square", [c.worst(c.not_squared) for c in found])
    noise = t_interval("standard error of Monte Carlo", [c.noise for c in found])
    verdict = together(
        [below(closed, TOLERANCE), *(above(wrong, TOLERANCE) for wrong in (lost, confused))]
    )
    count = s.posteriors * len(s.latents)
    return Finding(
        (closed, noise, lost, confused),
        verdict,
        f"Over {count} posteriors the closed form differs from Monte Carlo by at most "
        f"{words(closed)} of the KL, with standard errors up to {noise.mean:.2g}; "
        f"with the minus sign lost by up to {words(lost)}, with sigma for its square by up to "
        f"{words(confused)}.",
        picture(found[0]),
    )


def compare(posteriors: int, latents: int, draws: int, seed: int) -> Comparison:
    """The KL of random posteriors, μ ~ N(0, 1) and ln σ ~ U(−3, ½), in four ways.

    Monte Carlo is the mean of log q(z) − log p(z) over draws z ~ q.
    """
    import torch

    from allegory.objectives.divergence import kl_standard_normal

    rng = generator(seed)
    mean = torch.randn(posteriors, latents, generator=rng, dtype=torch.float64)
    log_std = 3.5 * torch.rand(posteriors, latents, generator=rng, dtype=torch.float64) - 3.0
    std = log_std.exp()
    total, squares = torch.zeros(2, posteriors, dtype=torch.float64)
    for _ in range(draws // CHUNK):
        eps = torch.randn(CHUNK, posteriors, latents, generator=rng, dtype=torch.float64)
        z = mean + std * eps
        log_ratio = (0.5 * (z.square() - eps.square()) - log_std).sum(2)
        total += log_ratio.sum(0)
        squares += log_ratio.square().sum(0)
    estimate = total / draws
    return Comparison(
        estimate,
        ((squares / draws - estimate.square()) / draws).sqrt(),
        kl_standard_normal(mean, std).sum(1),
        0.5 * (std.square() + mean.square() - 1 + 2 * log_std).sum(1),
        0.5 * (std + mean.square() - 1 - log_std).sum(1),
    )


def picture(found: Comparison) -> str:
    """Each form against Monte Carlo."""
    x = found.monte_carlo.tolist()
    ends = [min(x), max(x)]
    series = [
        Series("", ends, ends, "line", -1),
        Series("sign lost", x, found.sign_lost.tolist(), "dots", 1),
        Series("not squared", x, found.not_squared.tolist(), "dots", 4),
        Series("closed form", x, found.closed.tolist(), "dots", 0),
    ]
    return plot(series, title="Forms of the KL", x_label="Monte Carlo, nats", y_label="nats")


CLAIM = Claim(
    "C4",
    "The closed form of the KL",
    "The divergence between the encoder's normal distributions and the prior has a closed form, "
    "KL = ½ Σ (σ² + μ² − 1 − ln σ²).",
    "For each seed, the largest relative difference between the form and Monte Carlo over all "
    "posteriors. The claim holds if the 95 % interval over seeds lies below 0.01 for the closed "
    "form, and above it for two misprints of it that are seen in print, so that the experiment "
    "can tell them apart.",
    experiment,
    quick=Settings(seeds=3, draws=500_000),
    full=Settings(seeds=5, draws=2_000_000),
)
