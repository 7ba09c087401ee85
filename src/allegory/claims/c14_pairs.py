"""C14: pictures are translated by the example of pairs, and a critic makes the answers real."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allegory.claims.claim import Claim, Finding
from allegory.claims.interval import below, t_interval, together, words
from allegory.claims.pictures import OnPictures
from allegory.data.open import open_data
from allegory.progress import say

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["CLAIM"]

DEARER = 1.5
"""Times the error of L1 alone that an answer may have: it is one of those that could be, not their
mean."""
SHOWN = 8
"""Held-out pictures in the picture."""


@dataclass(frozen=True, kw_only=True)
class Settings(OnPictures):
    """Translators of towns, with a critic and without."""

    feature_images: int = 150_000
    """Seen by the feature network: its recipe's default."""


@dataclass(frozen=True)
class Seen:
    """What one seed saw."""

    realism: dict[str, float]
    """Frechet distance of the answers to the partners, with the critic ("both") and without."""
    error: dict[str, float]
    """L1 to the partners, in ranges."""
    rows: Tensor
    """(4 * shown, 3, h, w): sources, answers without a critic and with it, partners."""


def experiment(s: Settings) -> Finding:
    """Translate maps to aerial views with a critic and without, beside the truth."""
    seen = [look(s, seed) for seed in range(s.seeds)]
    apart = [np.log(one.realism["both"] / one.realism["L1"]) for one in seen]
    realism = t_interval("log ratio of Frechet distances, with a critic over without", apart)
    ratio = t_interval(
        "error with a critic over without", [one.error["both"] / one.error["L1"] for one in seen]
    )
    shown = [
        t_interval(f"{name}: {what}", [getattr(one, key)[which] for one in seen])
        for which, name in (("both", "with a critic"), ("L1", "L1 alone"))
        for key, what in (("realism", "Frechet distance"), ("error", "L1, in ranges"))
    ]
    return Finding(
        (realism, ratio, *shown),
        together([below(realism, 0.0), below(ratio, DEARER)]),
        f"The Frechet distance to real views is {words(shown[0])} with a critic and "
        f"{words(shown[2])} without, the error {words(shown[1])} and {words(shown[3])} ranges.",
        picture(seen[0]),
    )


def look(s: Settings, seed: int) -> Seen:
    """Train both, and translate the same held-out maps."""
    import torch

    from allegory.claims.trained import trained
    from allegory.data.domains import domain
    from allegory.measures.fidelity import frechet_distance
    from allegory.measures.translation import absolute_error
    from allegory.recipes.settings import change
    from allegory.recipes.table import recipe
    from allegory.report.draw import in_colour
    from allegory.runs.features import features_for
    from allegory.tools.translate import translate

    runs = {
        name: s.run("pix2pix", seed=seed, adversarial=weight)
        for name, weight in (("L1", 0.0), ("both", 1.0))
    }
    data = open_data(s.source, runs["both"].data)
    test = data.split("test")
    x, y = data.media.halves(test.take(np.arange(len(test))))  # type: ignore[union-attr]
    views = domain(data, data.media.names[1])  # type: ignore[union-attr]
    features = features_for(views, change(recipe("features"), {"images": s.feature_images}))
    real, made = features.of(y), {}
    for name, run in runs.items():
        say(f"C14: pix2pix, {'L1 alone' if name == 'L1' else 'with a critic'}, seed {seed}")
        made[name] = translate(trained(run), x)  # type: ignore[arg-type]
    rows = [in_colour(part[:SHOWN]) for part in (x, made["L1"], made["both"], y)]
    return Seen(
        {k: frechet_distance(real, features.of(v), seed=seed).value for k, v in made.items()},
        {k: float(absolute_error(v, y).mean()) for k, v in made.items()},
        torch.cat(rows),
    )


def picture(seen: Seen) -> str:
    """Held-out maps, both answers, and the truth."""
    from allegory.claims import panels
    from allegory.report.sheets import sheet

    labels = ("map", "L1 alone", "with a critic", "truth")
    rows = sheet(seen.rows, len(seen.rows) // len(labels), labels=labels)
    title = "Held-out maps, what is made of them, and the truth"
    return panels.side_by_side([panels.Panel(title, panels.picture(rows, title))], title=title)


CLAIM = Claim(
    "C14",
    "Pairs",
    "Pictures are translated by the example of pairs; a critic makes the answers look real.",
    "The recipe pix2pix on towns, from maps to aerial views, with the critic and with L1 alone, "
    "of the same seeds and images. The claim holds if the 95 % interval over seeds of the "
    "logarithm of the ratio of the Frechet distances to real views, with over without, lies below "
    "0, and that of the ratio of the errors below 1.5.",
    experiment,
    quick=Settings(
        seeds=3,
        images=3_000,
        source="towns",
        size="32",
        examples=1_500,
        batch=8,
        feature_images=30_000,
    ),
    full=Settings(seeds=5, images=30_000, source="towns", size="64", examples=4_000, batch=8),
)
