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
    from allegory.measures.modes import Coverage

__all__ = ["CLAIM"]

RATIO = 2.0
"""Largest distance of samples, in those between two parts of the data, at which it holds."""
MISPLACED = 0.1
"""Largest share of samples that may lie where data of their density do not."""
POINTS = 2_500
"""Samples that modes are sought in: as in the literature."""


@dataclass(frozen=True, kw_only=True)
class Settings(OnPoints):
    """GANs of points in small steps, on data whose density is known."""

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
    modes: Coverage | None
    """Of the toy's modes, where it has some."""
    x: Tensor
    """(n, 1 or 2): samples."""
    real: Tensor
    """(n, 1 or 2): held-out data."""


@dataclass(frozen=True)
class Modes:
    """What all seeds saw of a toy's modes."""

    count: int
    """How many it has."""
    covered: Figure
    near: Figure
    """Share of the samples within 3 deviations of one."""


def experiment(s: Settings) -> Finding:
    """Train a GAN for each toy and seed, and compare its samples with the truth."""
    seen = {toy: [look(s, toy, seed) for seed in range(s.seeds)] for toy in s.toys}
    ratios, misplaced = (
        {toy: t_interval(f"{toy}: {name}", [getattr(r, key) for r in found], unit)
         for toy, found in seen.items()}
        for key, name, unit in (
            ("ratio", "distance of samples", "data distances"),
            ("misplaced", "share of samples at the wrong density, at least", ""),
        )
    )  # fmt: skip
    found = {toy: [r.modes for r in found if r.modes is not None] for toy, found in seen.items()}
    modes = {toy: modes_found(toy, each) for toy, each in found.items() if each}
    verdicts = [
        *(below(figure, RATIO) for figure in ratios.values()),
        *(below(figure, MISPLACED) for figure in misplaced.values()),
        *(above(m.covered, m.count - 0.5) for m in modes.values()),
    ]
    return Finding(
        (
            *ratios.values(),
            *misplaced.values(),
            *(f for m in modes.values() for f in (m.covered, m.near)),
        ),
        together(verdicts),
        sentence(ratios, misplaced, modes),
        picture({toy: found[0] for toy, found in seen.items()}),
    )


def modes_found(toy: str, each: list[Coverage]) -> Modes:
    """The figures of a toy's modes, from each seed's coverage."""
    near = [c.high_quality.mean for c in each if c.high_quality is not None]
    return Modes(
        len(each[0].counts),
        t_interval(f"{toy}: modes covered", [float(c.covered) for c in each]),
        t_interval(f"{toy}: share near a mode", near),
    )


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
    return Seen(
        far / sliced_wasserstein(other, real, directions),
        float(ks_2samp(*densities).statistic),
        modes,
        x,
        real,
    )


def sentence(
    ratios: dict[str, Figure],
    misplaced: dict[str, Figure],
    modes: dict[str, Modes],
) -> str:
    """What was seen, in words."""
    far = ", ".join(f"{toy} {figure.mean:.1f}" for toy, figure in ratios.items())
    wrong = ", ".join(f"{toy} {figure.mean:.2f}" for toy, figure in misplaced.items())
    covered = ", ".join(
        f"{toy} {m.covered.mean:.3g} of {m.count} ({m.near.mean:.1%} of the samples near one)"
        for toy, m in modes.items()
    )
    return (
        "The distance of samples from held-out data, in that between two parts of the data: "
        f"{far}. Share of samples at the wrong density, at least: {wrong}. Modes covered: "
        f"{covered}."
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
    "The recipe gan-toy, in small steps, on toys whose density is known; samples are "
    "compared with as many held-out points. The claim holds, for what training reaches, if on "
    "each toy three 95 % intervals over seeds lie on its side: of the distance of samples from "
    "held-out data (sliced Wasserstein) below twice the distance between two parts of the data; "
    "of the share of samples at the wrong density (at least the largest difference between the "
    "shares of samples and of data below any value of the true density, the Kolmogorov-Smirnov "
    "statistic) below 0.1; and, where it has modes, of the modes that have one of 2,500 samples "
    "within 3 deviations, above their number less a half.",
    experiment,
    quick=Settings(seeds=3, images=128_000, toys=("line", "ring", "moons")),
    full=Settings(seeds=5, images=1_280_000),
)
