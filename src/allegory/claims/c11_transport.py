"""C11: a GAN transforms one distribution into another."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allegory.claims.claim import Claim, Finding
from allegory.claims.interval import below, t_interval, together
from allegory.claims.points import TOYS, OnPoints
from allegory.data.open import open_data
from allegory.progress import say
from allegory.randomness import generator

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.data.dataset import Dataset
    from allegory.recipes.settings import Run

__all__ = ["CLAIM"]

LEFT = 0.05
"""Part of the energy distance that may be left."""
MOST = 2_000
"""Points that are compared."""
CARRIED = 60
"""Single points in the picture."""
SHOWN = 8
"""Pictures in it."""


@dataclass(frozen=True, kw_only=True)
class Settings(OnPoints):
    """GANs from Gaussian noise to points, in small steps, and to pictures."""

    toys: tuple[str, ...] = TOYS
    pictures: tuple[str, ...] = ("digits",)
    picture_images: int
    """Seen by each model of pictures."""
    test: float = 0.3
    """Share of the pictures that is compared with."""

    def target(self, name: str, seed: int) -> Run:
        """The run that carries noise to this target."""
        from allegory.recipes.settings import change
        from allegory.recipes.table import recipe

        if name not in self.pictures:
            return self.run(name, seed)
        given = {"source": name, "images": self.picture_images, "test": self.test, "seed": seed}
        return change(recipe("gan"), {**given, "evaluations": 5})


@dataclass(frozen=True)
class Seen:
    """What one seed saw of one target."""

    before: float
    """Energy distance between held-out examples and Gaussian noise with the data's mean and
    deviation: of points in each column, of pictures over all pixels."""
    after: float
    """The same of what the generator makes of noise; an estimate without bias, which may be below
    0 by chance."""
    z: Tensor
    """(n, latents): some noise."""
    x: Tensor
    """(n, *media.shape): what becomes of it."""
    real: Tensor
    """(m, *media.shape): held-out examples."""


def experiment(s: Settings) -> Finding:
    """Train a GAN for each target and seed, and measure how far it carried its noise."""
    targets = (*s.toys, *s.pictures)
    seen = {name: [look(s, name, seed) for seed in range(s.seeds)] for name in targets}
    left = {
        name: t_interval(f"{name}: part of the distance left", [r.after / r.before for r in found])
        for name, found in seen.items()
    }
    ends = [
        t_interval(f"{name}: energy distance {when}", [getattr(r, when) for r in found])
        for name, found in seen.items()
        for when in ("before", "after")
    ]
    listed = ", ".join(f"{name} {figure.mean:.1%}" for name, figure in left.items())
    return Finding(
        (*left.values(), *ends),
        together(below(figure, LEFT) for figure in left.values()),
        "Of the energy distance between Gaussian noise and held-out data this is left after the "
        f"generator: {listed}.",
        picture({name: found[0] for name, found in seen.items()}),
    )


def look(s: Settings, name: str, seed: int) -> Seen:
    """Train one GAN, and compare held-out examples with noise and with what became of it."""
    import torch

    from allegory.claims.trained import trained
    from allegory.measures.fidelity.features import plain_features
    from allegory.media import Vectors
    from allegory.models.gan import GAN
    from allegory.objectives.energy import energy_distance
    from allegory.tools.running import in_batches

    say(f"C11: a GAN from noise to {name}, seed {seed}")
    run = s.target(name, seed)
    model = trained(run)
    assert isinstance(model, GAN)
    data = open_data(run.data.source, run.data)
    test, train = (some(data.split(part)) for part in ("test", "train"))
    rng = generator(seed)
    z = model.latent.draw(len(test), rng)
    with torch.inference_mode():
        x = in_batches(model.decode, z)
    plain = plain_features(data.media)
    real, known, made = (plain.of(side) for side in (test, train, x))
    # a picture's noise is Gaussian alike in all of its pixels
    axis = 0 if isinstance(data.media, Vectors) else None
    noise = known.mean(axis) + known.std(axis) * torch.randn(real.shape, generator=rng)
    return Seen(
        float(energy_distance(noise, real)),
        float(energy_distance(made, real)),
        z[:CARRIED],
        x[:CARRIED],
        test[:600],
    )


def some(data: Dataset) -> Tensor:
    """The first examples, not too many."""
    return data.take(np.arange(min(MOST, len(data))))


def picture(seen: dict[str, Seen]) -> str:
    """Single points of the first seed on their way; noise above the pictures that it becomes."""
    from allegory.claims.panels import Panel, side_by_side

    panels = [
        Panel(f"from noise to {name}", (ways if one.x.dim() == 2 else pairs)(one, name))
        for name, one in seen.items()
    ]
    return side_by_side(panels, title="Noise that is carried to the data")


def ways(seen: Seen, name: str) -> str:
    """Lines from points of noise, in the units of the data, to where they are carried."""
    import torch

    from allegory.report.plots import COLOURS, Series, plot

    real, x = seen.real, seen.x
    start = real.mean(0) + real.std(0) * seen.z[:, : real.shape[1]]
    if real.shape[1] == 1:  # a map of the line: how far noise went, above where it came from
        truth = [
            Series("noise", *columns(start, start), "line", -1),
            Series("generated", *columns(start, x), "dots"),
        ]
        return plot(
            truth,
            title=f"noise carried to {name}",
            x_label="first number of the noise",
            y_label="carried to",
        )
    lines = [
        Series("", *columns(way, way[:, 1:]), "line", sector(z, len(COLOURS) - 1))
        for way, z in zip(torch.stack([start, x], 1), seen.z, strict=True)
    ]
    dots = [Series("data", *columns(real, real[:, 1:]), "dots", -1)]
    ends = [
        Series("", *columns(x[k : k + 1], x[k : k + 1, 1:]), "marks", line.colour)
        for k, line in enumerate(lines)
    ]
    return plot([*dots, *lines, *ends], title=f"noise carried to {name}", equal=True)


def columns(a: Tensor, b: Tensor) -> tuple[list[float], list[float]]:
    """The first column of each."""
    return a[:, 0].tolist(), b[:, 0].tolist()


def sector(z: Tensor, count: int) -> int:
    """Which of `count` directions a point of noise (2 or more,) lies in."""
    return int((math.atan2(float(z[1]), float(z[0])) / (2 * math.pi) % 1.0) * count) % count


def pairs(seen: Seen, name: str) -> str:
    """Noise as pictures, above those that it becomes."""
    import torch

    from allegory.claims.panels import picture as drawn
    from allegory.report.sheets import sheet

    x = seen.x[:SHOWN]
    side = math.isqrt(seen.z.shape[1])
    noise = seen.z[:SHOWN, : side * side].view(-1, 1, side, side)
    grey = torch.nn.functional.interpolate(noise / 3, size=x.shape[-2:]).expand_as(x)
    rows = sheet(torch.cat([grey.clamp(-1, 1), x]), SHOWN, labels=("noise", "generated"))
    return drawn(rows, f"noise carried to {name}")


CLAIM = Claim(
    "C11",
    "Distributions transformed",
    "A GAN transforms one distribution into another: Gaussian noise into the data.",
    "The recipe gan-toy, in small steps, and gan, from Gaussian noise to toys and to "
    "pictures. Before is the energy distance between held-out examples and Gaussian noise with "
    "the data's mean and deviation (of points in each column, of pictures over all pixels), "
    "after that between held-out examples and what the generator makes of its noise. The claim "
    "holds if for each target the 95 % interval over seeds of the part that is left lies below "
    "0.05.",
    experiment,
    quick=Settings(seeds=3, images=128_000, toys=("line", "ring", "moons"), picture_images=60_000),
    full=Settings(seeds=5, images=1_280_000, picture_images=200_000),
)
