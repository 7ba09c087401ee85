"""C17: diffusion goes further."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allegory.claims.claim import Claim, Finding
from allegory.claims.interval import below, t_interval, together, words
from allegory.claims.pictures import OnPictures
from allegory.data.open import open_data
from allegory.progress import say

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.capabilities import Samples
    from allegory.measures.fidelity import Features

__all__ = ["CLAIM"]

OTHERS = ("vae", "gan")
"""What diffusion is compared with."""
SHOWN = 32
"""Samples of each kind in the picture."""


@dataclass(frozen=True, kw_only=True)
class Settings(OnPictures):
    """The recipes' own defaults but for networks and batches; `images` if it is diffusion."""

    steps: tuple[int, ...] = (1, 2, 4, 8, 16, 32)
    """In which the diffusion model samples."""
    test: float
    """Share of the pictures that is compared with."""
    most: int
    """Of these, and of samples, at most."""
    feature_images: int
    """Seen by the network whose features are compared."""


@dataclass(frozen=True)
class Seen:
    """What one seed saw."""

    others: dict[str, float]
    """Fréchet distance of each other model's samples."""
    own: dict[int, float]
    """That of the diffusion model's, by steps."""
    x: dict[str, Tensor]
    """Samples of each."""


def experiment(s: Settings) -> Finding:
    """Train all for each seed, at equal compute, and compare their samples with the data."""
    features, images = features_of(s), equal_compute(s)
    seen = [look(s, seed, images, features) for seed in range(s.seeds)]
    own = {
        n: t_interval(f"Fréchet distance, diffusion in {n}", [one.own[n] for one in seen])
        for n in s.steps
    }
    best = s.steps[-1]
    others = {
        name: t_interval(f"Fréchet distance, {name}", [one.others[name] for one in seen])
        for name in OTHERS
    }
    ratios = {
        name: t_interval(
            f"Fréchet distance, diffusion over {name}",
            [one.own[best] / one.others[name] for one in seen],
        )
        for name in OTHERS
    }
    listed = ", ".join(f"{words(own[n])} in {n}" for n in s.steps)
    return Finding(
        (*ratios.values(), *others.values(), *own.values()),
        together(below(ratio, 1.0) for ratio in ratios.values()),
        f"With the same operations, {s.images:,} images for the diffusion model, "
        f"{images['vae']:,} for the VAE and {images['gan']:,} for the GAN, the Fréchet distance "
        f"to held-out {s.source} is {words(others['vae'])} for the VAE, {words(others['gan'])} "
        f"for the GAN, and for diffusion by the number of steps: {listed}.",
        picture(seen[0]),
    )


def features_of(s: Settings) -> Features:
    """What samples are compared by: a network trained without labels on the training split."""
    from allegory.recipes.settings import change
    from allegory.recipes.table import recipe
    from allegory.runs.features import features_for

    run = s.run("diffusion", test=s.test)
    how = change(recipe("features"), {"images": s.feature_images})
    return features_for(open_data(run.data.source, run.data), how)


def equal_compute(s: Settings) -> dict[str, int]:
    """Images that each of the others sees for the operations of the diffusion model's."""
    from allegory.claims.compute import images_for, operations

    runs = {name: s.run(name, test=s.test) for name in ("diffusion", *OTHERS)}
    data = open_data(s.source, runs["diffusion"].data)
    each = {name: operations(run.game.build(data)) for name, run in runs.items()}
    total = s.images * each["diffusion"]
    return {name: images_for(total, each[name], s.batch) for name in OTHERS}


def look(s: Settings, seed: int, images: dict[str, int], features: Features) -> Seen:
    """Train the three models of a seed, and compare their samples with held-out examples."""
    from allegory.capabilities import Denoises
    from allegory.claims.trained import trained
    from allegory.measures.fidelity import frechet_distance
    from allegory.runs.inputs import at_most
    from allegory.tools.sample import sample

    def model_of(name: str) -> Samples:
        from allegory.capabilities import Samples

        say(f"C17: {name} on {s.source}, seed {seed}")
        fields = {"images": images.get(name, s.images), "seed": seed, "test": s.test}
        model = trained(s.run(name, **fields))
        assert isinstance(model, Samples)
        return model

    models = {name: model_of(name) for name in OTHERS}
    own = model_of("diffusion")
    assert isinstance(own, Denoises)
    test = open_data(s.source, s.run("diffusion", test=s.test).data).split("test")
    real = features.of_data(at_most(test, s.most))

    def away(x: Tensor) -> float:
        return frechet_distance(real, features.of(x)).value

    x = {name: sample(model, len(real), rng=seed) for name, model in models.items()}
    by_steps = {n: sample(own.drawn_by(steps=n), len(real), rng=seed) for n in s.steps}
    shown = {name: part[:SHOWN] for name, part in x.items()}
    shown |= {f"diffusion in {n}": by_steps[n][:SHOWN] for n in (s.steps[-1], s.steps[0])}
    return Seen(
        {name: away(part) for name, part in x.items()},
        {n: away(part) for n, part in by_steps.items()},
        shown,
    )


def picture(seen: Seen) -> str:
    """Samples of the first seed."""
    from allegory.claims.panels import Panel, picture, side_by_side
    from allegory.report.sheets import sheet

    panels = [Panel(name, picture(sheet(x, 8), f"samples, {name}")) for name, x in seen.x.items()]
    return side_by_side(panels, title="Samples of all")


CLAIM = Claim(
    "C17",
    "Diffusion",
    "Diffusion models, which take noise off step by step, go further than VAEs and GANs.",
    "The recipe diffusion against vae and gan, with their own defaults but for batches of 64, "
    "networks of the same size and equal compute: multiplications and additions of losses and "
    "gradients are counted, and each gets the images that take as many. Fréchet distances are "
    "between as many samples and held-out pictures, by features learned without labels. The claim "
    "holds if the 95 % intervals over seeds of the diffusion model's distance, in the largest "
    "number of steps, over that of the VAE and over that of the GAN both lie below 1.",
    experiment,
    quick=Settings(
        seeds=3, images=30_000, source="digits", test=0.4, most=1_000, feature_images=20_000
    ),
    full=Settings(
        seeds=3,
        images=100_000,
        source="fashion",
        network="small",
        test=0.1,
        most=2_000,
        feature_images=150_000,
    ),
)
