"""C10: at the optimum the generator reproduces the data distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allegory.claims.claim import Claim, Finding
from allegory.claims.interval import above, below, t_interval, together
from allegory.claims.points import TOYS, OnPoints
from allegory.progress import say
from allegory.randomness import generator

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.claims.claim import Figure

__all__ = ["CLAIM"]

RATIO = 2.0
"""Largest distance of samples, in those between two parts of the data, at which it holds."""
MISPLACED = 0.1
"""Largest share of samples that may lie where data of their density do not."""
POINTS = 2_500
"""Samples that modes are sought in: as in the literature."""


@dataclass(frozen=True, kw_only=True)
class Settings(OnPoints):
    """GANs with the recipe's own defaults, on data whose density is known."""

    toys: tuple[str, ...] = TOYS
    directions: int = 64
    """That samples and data are compared along."""


@dataclass(frozen=True)
class Seen:
    """What one seed saw on one toy."""

    ratio: float
    """Distance of samples from held-out data over that of data from data."""
    misplaced: float
    """Largest difference between the shares of samples and of held-out data below any density."""
    covered: int | None
    """Modes with a sample, where the toy has modes."""
    quality: float | None
    """Share of the samples within 3 deviations of one."""
    x: Tensor
    """(n, 1 or 2): samples."""
    real: Tensor
    """(n, 1 or 2): held-out data."""


def experiment(s: Settings) -> Finding:
    """Train a GAN for each toy and seed, and compare its samples with the truth."""
    seen = {toy: [look(s, toy, seed) for seed in range(s.seeds)] for toy in s.toys}
    ratios, misplaced = (
        {toy: t_interval(f"{toy}: {name}", [getattr(r, key) for r in found], unit)
         for toy, found in seen.items()}
        for key, name, unit in (
            ("ratio", "distance of samples", "data distances"),
            ("misplaced", "share of samples at the wrong density", ""),
        )
    )  # fmt: skip
    modes = {
        toy: (
            t_interval(f"{toy}: modes covered", [float(r.covered or 0) for r in found]),
            t_interval(f"{toy}: share near a mode", [r.quality or 0.0 for r in found]),
        )
        for toy, found in seen.items()
        if found[0].covered is not None
    }
    counts = {toy: modes_of(s, toy) for toy in modes}
    verdicts = [
        *(below(figure, RATIO) for figure in ratios.values()),
        *(below(figure, MISPLACED) for figure in misplaced.values()),
        *(above(figure, counts[toy] - 0.5) for toy, (figure, _) in modes.items()),
    ]
    return Finding(
        (*ratios.values(), *misplaced.values(), *(f for pair in modes.values() for f in pair)),
        together(verdicts),
        sentence(ratios, misplaced, modes, counts),
        picture({toy: found[0] for toy, found in seen.items()}),
    )


def modes_of(s: Settings, toy: str) -> int:
    """How many modes the toy has; 0 where that is not known."""
    modes = s.data(toy).modes
    return 0 if modes is None else len(modes.centres)


def look(s: Settings, toy: str, seed: int) -> Seen:
    """Train one GAN, and compare its samples with held-out data."""
    import torch
    from scipy.stats import ks_2samp

    from allegory.measures.modes import mode_coverage
    from allegory.measures.wasserstein import sliced_wasserstein
    from allegory.tools.sample import sample

    say(f"C10: a GAN on {toy}, seed {seed}")
    model, data = s.gan(toy, seed), s.data(toy)
    assert data.log_density is not None
    test, train = (data.split(name) for name in ("test", "train"))
    real, other = (part.take(np.arange(len(test))) for part in (test, train))
    x = sample(model, len(test), rng=seed)
    directions = torch.randn(s.directions, real.shape[1], generator=generator(0))
    far = sliced_wasserstein(x, real, directions)
    densities = [data.log_density(side.double().numpy()) for side in (x, real)]
    modes = None if data.modes is None else mode_coverage(x[:POINTS].numpy(), data.modes)
    near = None if modes is None or modes.high_quality is None else modes.high_quality.mean
    return Seen(
        far / sliced_wasserstein(other, real, directions),
        float(ks_2samp(*densities).statistic),
        None if modes is None else modes.covered,
        near,
        x,
        real,
    )


def sentence(
    ratios: dict[str, Figure],
    misplaced: dict[str, Figure],
    modes: dict[str, tuple[Figure, Figure]],
    counts: dict[str, int],
) -> str:
    """What was seen, in words."""
    far = ", ".join(f"{toy} {figure.mean:.1f}" for toy, figure in ratios.items())
    wrong = ", ".join(f"{toy} {figure.mean:.2f}" for toy, figure in misplaced.items())
    covered = ", ".join(
        f"{toy} {found.mean:.3g} of {counts[toy]} ({near.mean:.1%} of the samples near one)"
        for toy, (found, near) in modes.items()
    )
    return (
        "The distance of samples from held-out data, in that between two parts of the data: "
        f"{far}. Share of samples at the wrong density: {wrong}. Modes covered: {covered}."
    )


def picture(seen: dict[str, Seen]) -> str:
    """Samples of the first seed in front of the data."""
    from allegory.claims.panels import Panel, side_by_side
    from allegory.media import Vectors
    from allegory.report.views import show_examples

    panels = []
    for toy, one in seen.items():
        media = Vectors((0.0,) * one.x.shape[1], (1.0,) * one.x.shape[1])
        drawn = show_examples(
            one.x[:600], media, f"samples and data of {toy}", columns=1, beside=one.real[:600]
        )
        panels.append(Panel(toy, drawn))
    return side_by_side(panels, title="Samples in front of the data")


CLAIM = Claim(
    "C10",
    "The data reproduced",
    "At the optimum of the game the generator's distribution is that of the data.",
    "The recipe gan-toy with its own defaults on toys whose density is known; samples are "
    "compared with as many held-out points. The claim holds, for what training reaches, if on "
    "each toy the 95 % interval over seeds of the distance of samples from held-out data (sliced"
    " Wasserstein) lies below twice the distance between two parts of the data, and that of the "
    "share of samples at the wrong density (the largest difference between the shares of samples"
    " and of data below any value of the true density: the Kolmogorov-Smirnov statistic) below "
    "0.1, and if with each seed every mode has one of 2,500 samples within 3 deviations.",
    experiment,
    quick=Settings(seeds=3, images=160_000, toys=("line", "ring", "moons")),
    full=Settings(seeds=5, images=1_280_000),
)
