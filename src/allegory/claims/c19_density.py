"""C19, for the VAE: density and samples are two views of one model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allegory.claims.claim import Claim, Finding
from allegory.claims.interval import below, t_interval, together
from allegory.data.open import open_data
from allegory.progress import say, track
from allegory.randomness import generator
from allegory.report.plots import Series, plot

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.data.dataset import Dataset
    from allegory.models.vae import VAE

__all__ = ["CLAIM"]

NATS = 0.25
"""Largest divergence from the true density at which the claim holds."""
RATIO = 2.0
"""Largest distance of samples, in those between two parts of the data, at which it holds."""
CHUNK = 500


@dataclass(frozen=True)
class Settings:
    """VAEs with the recipe's own defaults, on data whose density is known."""

    seeds: int
    images: int
    draws: int
    """Importance samples for the density of each point."""
    points: int
    """Held-out points whose density is asked for."""
    toys: tuple[str, ...] = ("line", "ring", "grid", "swiss-roll", "moons")
    examples: int = 50_000
    batch: int = 128
    directions: int = 64
    """That samples and data are compared along."""


@dataclass(frozen=True)
class Seen:
    """What one seed saw on one toy."""

    gap: float
    """Mean of true log p less the model's, in nats: an estimate of KL(data ‖ model)."""
    ratio: float
    """Distance of samples from data over that of data from data."""
    truth: Tensor
    """(points,): true log p."""
    model: Tensor
    """(points,): the model's."""


def experiment(s: Settings) -> Finding:
    """Train a VAE for each toy and seed, and ask it for density and for samples."""
    seen = {toy: [look(s, toy, seed) for seed in range(s.seeds)] for toy in s.toys}
    gaps = {
        toy: t_interval(f"{toy}: true log p less the model's", [r.gap for r in found], "nats")
        for toy, found in seen.items()
    }
    ratios = {
        toy: t_interval(f"{toy}: distance of samples", [r.ratio for r in found], "data distances")
        for toy, found in seen.items()
    }
    verdicts = [below(f, NATS) for f in gaps.values()] + [below(f, RATIO) for f in ratios.values()]
    listed = ", ".join(
        f"{toy} {gaps[toy].mean:.2f} nats and {ratios[toy].mean:.1f}" for toy in s.toys
    )
    return Finding(
        (*gaps.values(), *ratios.values()),
        together(verdicts),
        "The mean gap between the true log-density and the model's, and the distance of samples "
        f"in units of that between two parts of the data: {listed}.",
        picture({toy: found[0] for toy, found in seen.items()}),
    )


def look(s: Settings, toy: str, seed: int) -> Seen:
    """Train one VAE, and compare its density and its samples with the truth."""
    import torch

    from allegory.claims.trained import trained
    from allegory.models.vae import VAE
    from allegory.recipes.settings import change
    from allegory.recipes.table import recipe

    say(f"C19: a VAE on {toy}, seed {seed}")
    given = {"source": toy, "examples": s.examples, "batch": s.batch, "images": s.images}
    run = change(recipe("vae"), {**given, "evaluations": 5, "seed": seed})
    model = trained(run)
    assert isinstance(model, VAE)
    data = open_data(run.data.source, run.data)
    test = data.split("test")
    assert data.log_density is not None
    x = test.take(np.arange(min(s.points, len(test))))
    truth = torch.from_numpy(data.log_density(x.double().numpy()))
    rng = generator(seed)
    with torch.inference_mode(), track(f"density of {toy}", len(x)) as advance:
        parts = []
        for part in torch.split(x, CHUNK):
            parts.append(model.log_prob(part, rng=rng, draws=s.draws).double())
            advance(len(part))
    found = torch.cat(parts)
    return Seen(float((truth - found).mean()), distance(model, data, s, seed), truth, found)


def distance(model: VAE, data: Dataset, s: Settings, seed: int) -> float:
    """How far samples of p(x) lie from held-out data, over how far training data lie from them.

    The samples carry the noise of p(x | z), as the density does.
    """
    import torch

    from allegory.measures.wasserstein import sliced_wasserstein

    test, train = (data.split(name) for name in ("test", "train"))
    real = test.take(np.arange(len(test)))
    other = train.take(np.arange(len(test)))
    rng = generator(seed)
    with torch.inference_mode():
        drawn = model.likelihood.draw(model.decoder(model.latent.draw(len(real), rng)), rng)
    directions = torch.randn(s.directions, real.shape[1], generator=generator(0))
    return sliced_wasserstein(drawn, real, directions) / sliced_wasserstein(
        other, real, directions
    )


def picture(seen: dict[str, Seen]) -> str:
    """The model's density against the truth, for the first seed."""
    series = [
        Series(toy, found.truth[:300].tolist(), found.model[:300].tolist(), "dots", k)
        for k, (toy, found) in enumerate(seen.items())
    ]
    every = [value for one in series for value in one.x]
    ends = [min(every), max(every)]
    floor = ends[0] - 0.5 * (ends[1] - ends[0])
    return plot(
        [Series("", ends, ends, "line", -1), *series],
        title="Densities",
        y_range=(floor, ends[1] + 1.0),
        x_label="true log p(x), nats",
        y_label="by the model",
    )


CLAIM = Claim(
    "C19",
    "Density and samples",
    "Density estimation and sample generation are two views of one model: who knows p(x) can say "
    "how probable an example is, and draw new ones.",
    "VAEs are trained with the recipe's defaults on toys whose density is known. The claim holds, "
    "for the VAE, if on each toy the 95 % interval over seeds of the mean difference between the "
    "true log-density and the model's (importance-weighted) on held-out points lies below 0.25 "
    "nats, and that of the distance of samples from the held-out data (sliced Wasserstein) lies "
    "below twice the distance between two parts of the data.",
    experiment,
    quick=Settings(seeds=3, images=150_000, draws=500, points=500),
    full=Settings(seeds=5, images=500_000, draws=2_000, points=1_000),
)
