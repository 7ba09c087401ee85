"""C13: a condition controls the output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allegory.claims.claim import Claim, Finding
from allegory.claims.interval import above, t_interval, together, words
from allegory.claims.pictures import OnPictures
from allegory.data.open import open_data
from allegory.progress import say

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.claims.claim import Figure
    from allegory.runs.judge import Judge

__all__ = ["CLAIM"]

AGREED = 0.95
"""Share of the samples that must be of the class that was asked for."""
SHOWN = 12
"""Samples of a class in the picture."""


@dataclass(frozen=True, kw_only=True)
class Settings(OnPictures):
    """Conditional GANs with the recipe's own defaults; `source` is the first of the sources."""

    others: tuple[str, ...] = ()
    """Sources beside it."""
    each: int = 100
    """Samples of a class."""
    judge_images: int = 500_000
    """Seen by the classifier: its recipe's default."""


@dataclass(frozen=True)
class Seen:
    """What one seed saw on one source."""

    agreed: float
    """Share of the samples that the judge takes for the class that was asked for."""
    unasked: float
    """The same share where none was asked for: what chance gives."""
    spread: float
    """Mean distance between two samples of a class, in that of two examples of it."""
    samples: Tensor
    """(classes * shown, *media.shape), class after class."""
    classes: tuple[str, ...]


def experiment(s: Settings) -> Finding:
    """Train a conditional GAN for each source and seed, and have a classifier tell its samples."""
    sources = (s.source, *s.others)
    judged = {source: judge_of(s, source) for source in sources}
    seen = {
        source: [look(s, source, seed, judged[source]) for seed in range(s.seeds)]
        for source in sources
    }
    agreed, unasked, spread = (
        {
            source: t_interval(f"{source}: {name}", [getattr(one, key) for one in found])
            for source, found in seen.items()
        }
        for key, name in (
            ("agreed", "share of the class asked for"),
            ("unasked", "the same without asking"),
            ("spread", "distance within a class, in that of the data"),
        )
    )
    return Finding(
        (*agreed.values(), *unasked.values(), *spread.values()),
        together(above(figure, AGREED) for figure in agreed.values()),
        " ".join(
            sentence(source, judged[source], agreed[source], unasked[source], spread[source])
            for source in sources
        ),
        picture({source: found[0] for source, found in seen.items()}),
    )


def judge_of(s: Settings, source: str) -> Judge:
    """The judge of this source's classes, one for all models; it has never seen a sample."""
    from allegory.recipes.settings import change
    from allegory.recipes.table import recipe
    from allegory.runs.judge import judge_for

    run = s.run("cgan", source=source)
    how = change(recipe("classifier"), {"images": s.judge_images})
    return judge_for(open_data(run.data.source, run.data), run=how)


def look(s: Settings, source: str, seed: int, judge: Judge) -> Seen:
    """Train one model, and ask it for each class."""
    import torch

    from allegory.claims.trained import trained
    from allegory.measures.conditional import agreement, diversity
    from allegory.models.gan import ConditionalGAN
    from allegory.tools.sample import sample

    say(f"C13: a conditional GAN on {source}, seed {seed}")
    run = s.run("cgan", source=source, seed=seed)
    model = trained(run)
    assert isinstance(model, ConditionalGAN)
    classes = model.conditions
    asked = torch.arange(len(classes)).repeat_interleave(s.each)
    x = sample(model, s.each, rng=seed, labels=classes)
    free = sample(model, len(asked), rng=seed)
    test = open_data(run.data.source, run.data).split("test")
    rows = np.arange(len(test))
    real, truth = test.take(rows), test.known(["label"], rows)["label"]
    return Seen(
        agreement(asked, judge.tell(x)).overall.mean,
        agreement(asked, judge.tell(free)).overall.mean,
        diversity(x.flatten(1), asked, real.flatten(1), truth).overall.mean,
        x.view(len(classes), s.each, *x.shape[1:])[:, :SHOWN].flatten(0, 1),
        classes,
    )


def sentence(source: str, judge: Judge, agreed: Figure, unasked: Figure, spread: Figure) -> str:
    """What was seen on one source, in words."""
    return (
        f"On {source} a classifier takes {words(agreed)} of the samples for the class that was "
        f"asked for, {words(unasked)} where no class was asked for, and is right on "
        f"{judge.accuracy:.3g} of the real test examples; samples of a class differ "
        f"{words(spread)} times as much as examples of it."
    )


def picture(seen: dict[str, Seen]) -> str:
    """Samples of the first seed, a class a row."""
    from allegory.claims.panels import Panel, picture, side_by_side
    from allegory.report.sheets import sheet

    panels = [
        Panel(
            f"asked of the GAN on {source}",
            picture(
                sheet(one.samples, len(one.samples) // len(one.classes), labels=one.classes),
                f"samples of each class of {source}",
            ),
        )
        for source, one in seen.items()
    ]
    return side_by_side(panels, title="Samples of each class")


CLAIM = Claim(
    "C13",
    "Conditions",
    "A GAN that is given a condition generates what the condition asks for.",
    "The recipe cgan with its own defaults. A classifier that was trained on the real examples "
    "alone says of samples which class they are of. The claim holds if on each data set the 95 % "
    "interval over seeds of the share that it takes for the class that was asked for lies above "
    "0.95. Shown beside: its accuracy on real test examples, the share where no class was asked "
    "for, and how much samples of a class differ, since one picture a class would pass.",
    experiment,
    quick=Settings(seeds=3, images=100_000, source="digits", network="small"),
    full=Settings(seeds=5, images=200_000, source="digits", others=("fashion",), network="small"),
)
