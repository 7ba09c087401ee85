"""C12: progressive growing trains better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allegory.claims.claim import Claim, Finding
from allegory.claims.interval import below, t_interval, words
from allegory.claims.pictures import OnPictures
from allegory.data.open import open_data
from allegory.progress import say

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.measures.fidelity import Features
    from allegory.recipes.settings import Run

__all__ = ["CLAIM"]

SHOWN = 32
"""Samples of each kind in the picture."""


@dataclass(frozen=True, kw_only=True)
class Settings(OnPictures):
    """GANs of the same networks, which grow or are grown from the start; `images` if they grow."""

    grown: float
    """Part of the images over which they grow."""
    test: float
    """Share of the pictures that is compared with."""
    feature_images: int
    """Seen by the network whose features are compared."""

    def growing(self, seed: int) -> Run:
        """The run that grows."""
        return self.gan(seed, self.images, int(self.grown * self.images))

    def gan(self, seed: int, images: int, growth_images: int) -> Run:
        """The recipe on these pictures."""
        fields = {"images": images, "growth_images": growth_images, "test": self.test}
        return self.run("progressive", seed=seed, **fields)


@dataclass(frozen=True)
class Seen:
    """What one seed saw of one way to train."""

    distance: float
    """Fréchet distance between as many samples and held-out examples."""
    x: Tensor
    """(shown, channels, height, width): samples."""


def experiment(s: Settings) -> Finding:
    """Train both for each seed, at equal compute, and compare their samples with the data."""
    features = features_of(s)
    images, ratio = equal_compute(s)
    growing, full = (
        [look(s, run, features) for run in runs]
        for runs in (
            [s.growing(seed) for seed in range(s.seeds)],
            [s.gan(seed, images, 0) for seed in range(s.seeds)],
        )
    )
    left = t_interval(
        "Fréchet distance, growing over full size",
        [a.distance / b.distance for a, b in zip(growing, full, strict=True)],
    )
    each = [
        t_interval(f"Fréchet distance, {name}", [one.distance for one in found])
        for name, found in (("growing", growing), ("full size", full))
    ]
    other, same = distances_of_data(s, features)
    learned = t_interval(
        "Fréchet distance, growing over objects", [one.distance / other for one in growing]
    )
    return Finding(
        (left, learned, *each),
        below(left, 1.0) if below(learned, 1.0) == "holds" else "undecided",
        f"With the same operations, {s.images:,} images for the GAN that grows and {images:,} at "
        f"full size from the start (a growing one costs {ratio:.0%} of these), the Fréchet "
        f"distance to held-out {s.source} is {words(each[0])} and {words(each[1])}, "
        f"{words(left)} of it. As many rendered objects that are no faces are {other:.3g} away, "
        f"other faces {same:.3g}.",
        picture(growing[0], full[0]),
    )


def features_of(s: Settings) -> Features:
    """What samples are compared by: a network trained without labels on the training split."""
    from allegory.recipes.settings import change
    from allegory.recipes.table import recipe
    from allegory.runs.features import features_for

    run = s.growing(0)
    how = change(recipe("features"), {"images": s.feature_images})
    return features_for(open_data(run.data.source, run.data), how)


def equal_compute(s: Settings) -> tuple[int, float]:
    """Images of the run at full size, and what an image of the growing one costs beside these."""
    from allegory.claims.compute import images_for, operations, spent
    from allegory.games.gan import GANGame

    run = s.growing(0)
    data = open_data(run.data.source, run.data)
    growing, full = (one.game.build(data) for one in (run, s.gan(0, s.images, 0)))
    assert isinstance(growing, GANGame)
    assert isinstance(full, GANGame)
    total, each = spent(growing, s.images, run.training.batch), operations(full)
    return images_for(total, each, run.training.batch), total / (each * s.images)


def look(s: Settings, run: Run, features: Features) -> Seen:
    """Train one GAN, and compare its samples with held-out examples."""
    from allegory.capabilities import Samples
    from allegory.claims.trained import kept_run
    from allegory.measures.fidelity import frechet_distance
    from allegory.tools.sample import sample

    growth = run.game.model_dump()["growth_images"]
    say(f"C12: a GAN {'that grows' if growth else 'at full size'}, seed {run.training.seed}")
    # not the best on the way: that one may not have grown yet
    model = kept_run(run).model("last")
    assert isinstance(model, Samples)
    test = open_data(run.data.source, run.data).split("test")
    x = sample(model, len(test), rng=run.training.seed)
    found = frechet_distance(features.of_data(test), features.of(x))
    return Seen(found.value, x[:SHOWN])


def distances_of_data(s: Settings, features: Features) -> tuple[float, float]:
    """From held-out faces to as many rendered objects, and to as many faces to train on."""
    from allegory.measures.fidelity import frechet_distance

    run = s.growing(0)
    data = open_data(run.data.source, run.data)
    test = data.split("test")
    n = len(test)
    objects = open_data("objects", size=s.size, examples=n)
    faces = data.split("train").select(np.arange(min(n, len(data.split("train")))))
    real, *others = (features.of_data(part) for part in (test, objects, faces))
    far, near = (frechet_distance(real, other).value for other in others)
    return far, near


def picture(growing: Seen, full: Seen) -> str:
    """Samples of the first seed."""
    from allegory.claims.panels import Panel, picture, side_by_side
    from allegory.report.sheets import sheet

    panels = [
        Panel(name, picture(sheet(one.x, 8), f"samples, {name}"))
        for name, one in (("growing", growing), ("full size from the start", full))
    ]
    return side_by_side(panels, title="Samples of both")


CLAIM = Claim(
    "C12",
    "Progressive growing",
    "A GAN whose pictures grow from coarse to fine while it trains is trained better than one at "
    "full size from the start.",
    "The recipe progressive, growing over the first half of its images, against the same "
    "networks at full size from the start. Compute is equal: multiplications and additions of "
    "both players' losses and gradients are counted at each level, and the run at full size gets "
    "the images that take as many. Fréchet distances are between as many samples, by the last "
    "weights, and held-out faces, by features learned without labels. The claim holds if the 95 "
    "% interval over seeds of the distance of the growing GAN over that of the other lies below "
    "1. It is undecided unless faces were learned: the interval of the growing GAN's distance "
    "over that of rendered objects lies below 1.",
    experiment,
    quick=Settings(
        seeds=3,
        images=24_000,
        source="faces",
        size="16",
        examples=2_000,
        batch=32,
        grown=0.5,
        test=0.3,
        feature_images=20_000,
    ),
    full=Settings(
        seeds=3,
        images=40_000,
        source="faces",
        size="64",
        examples=12_000,
        batch=32,
        grown=0.5,
        test=0.1,
        feature_images=150_000,
    ),
)
