"""C18: fakes can be hard to tell from real."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allegory.claims.c17_diffusion import Settings, equal_compute, features_of
from allegory.claims.claim import Claim, Finding
from allegory.claims.interval import below, t_interval, words
from allegory.data.open import open_data
from allegory.progress import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from allegory.claims.claim import Figure, Verdict
    from allegory.measures.fidelity import Features

__all__ = ["CLAIM"]

MODELS = ("vae", "gan", "diffusion")
HARD = 0.75
"""Accuracy halfway between guessing and always being right."""
SHOWN = 32
"""Pictures of each kind."""


@dataclass(frozen=True)
class Seen:
    """What one seed saw."""

    told: dict[str, float]
    """Accuracy by which samples of each model are told from held-out pictures."""
    halves: float
    """That by which one half of the held-out pictures is told from the other."""
    x: dict[str, Tensor]
    """Pictures of each."""


def experiment(s: Settings) -> Finding:
    """Train all for each seed, at equal compute, and have a classifier tell samples from data."""
    features, images = features_of(s), equal_compute(s) | {"diffusion": s.images}
    seen = [look(s, seed, images, features) for seed in range(s.seeds)]
    told = {
        name: t_interval(f"accuracy, data or {name}", [one.told[name] for one in seen])
        for name in MODELS
    }
    halves = t_interval("accuracy, one half of the data or the other", [o.halves for o in seen])
    listed = ", ".join(f"{words(told[name])} for {name}" for name in MODELS)
    return Finding(
        (*told.values(), halves),
        verdict(told),
        f"A classifier tells samples from held-out {s.source} with an accuracy of {listed}; one "
        f"half of the held-out pictures from the other with {words(halves)}.",
        picture(seen[0]),
    )


def verdict(told: Mapping[str, Figure]) -> Verdict:
    """The claim is that fakes can be hard to tell: one model that shows it is enough."""
    found = {below(figure, HARD) for figure in told.values()}
    if "holds" in found:
        return "holds"
    return "undecided" if "undecided" in found else "does not hold"


def look(s: Settings, seed: int, images: dict[str, int], features: Features) -> Seen:
    """Train the models of a seed, and have a classifier tell their samples from data."""
    from allegory.capabilities import Samples
    from allegory.claims.trained import trained
    from allegory.measures.fidelity import two_sample_accuracy
    from allegory.runs.inputs import at_most
    from allegory.tools.sample import sample

    test = at_most(open_data(s.source, s.run("vae", test=s.test).data).split("test"), s.most)
    real = features.of_data(test)
    told, shown = {}, {"data": test.take(np.arange(min(SHOWN, len(test))))}
    for name in MODELS:
        say(f"C18: {name} on {s.source}, seed {seed}")
        model = trained(s.run(name, images=images[name], seed=seed, test=s.test))
        assert isinstance(model, Samples)
        x = sample(model, len(real), rng=seed)
        told[name] = two_sample_accuracy(real, features.of(x), seed=seed).value
        shown[name] = x[:SHOWN]
    # pictures lie by who wrote them: halves are drawn
    first, second = real[np.random.default_rng(seed).permutation(len(real))].tensor_split(2)
    halves = two_sample_accuracy(first, second, seed=seed).value
    return Seen(told, halves, shown)


def picture(seen: Seen) -> str:
    """Pictures of the first seed."""
    from allegory.claims.panels import Panel, picture, side_by_side
    from allegory.report.sheets import sheet

    panels = [Panel(name, picture(sheet(x, 8), f"pictures, {name}")) for name, x in seen.x.items()]
    return side_by_side(panels, title="Held-out pictures and samples")


CLAIM = Claim(
    "C18",
    "Fakes",
    "What generative models make can be hard to tell from real pictures.",
    "The recipes vae, gan and diffusion, with their own defaults but for networks of the same "
    "size and equal compute, as in C17. As many samples as held-out pictures; a logistic "
    "regression on features learned without labels learns to tell half of both apart and is "
    "judged on the other half: 0.5 is guessing. The claim holds if for one of the models the 95 % "
    f"interval of the accuracy over seeds lies below {HARD}, halfway between guessing and always "
    "being right, and does not hold if for all of them it lies above; the intervals are not "
    "widened for there being three models to choose from. Telling one half of the held-out "
    "pictures from the other shows what the test says where there is nothing to be told. What "
    "people can tell is asked by the quiz of 'allegory studio'.",
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
