"""C7: latent structure debiases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allegory.claims.claim import Claim, Finding
from allegory.claims.interval import above, below, t_interval, together, words
from allegory.claims.pictures import OnPictures
from allegory.data.dataset import Column
from allegory.data.open import open_data
from allegory.data.settings import DataSettings
from allegory.progress import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from allegory.data.dataset import Dataset

__all__ = ["CLAIM"]

LOPSIDED = "skin_tone=95% 0.5..1"
"""How the faces to learn from are drawn."""
TONES = ("darkest", "dark", "light", "lightest")
"""Quarters of the scale of skin tones."""
DETECTORS = ("classifier", "dbvae")
KINDS = {
    "worst": "accuracy of the worst group",
    "variance": "variance of the accuracy over groups",
    "accuracy": "accuracy",
}


@dataclass(frozen=True, kw_only=True)
class Settings(OnPictures):
    """Detectors with their recipes' own defaults; `examples` of each class to learn from."""

    test: int
    """Examples of each class to be tested on."""

    def even(self) -> Dataset:
        """Faces of all tones alike, and objects, that no detector has learned from."""
        how = DataSettings(size=self.size, examples=self.test, data_seed=1, negatives="objects")
        return open_data(self.source, how)


@dataclass(frozen=True)
class Seen:
    """What one detector told of the even examples."""

    accuracy: float
    """Of all."""
    groups: tuple[float, ...]
    """Of each of TONES."""

    @property
    def worst(self) -> float:
        """Of the worst group."""
        return min(self.groups)

    @property
    def variance(self) -> float:
        """Over groups, each counted once."""
        return float(np.var(self.groups, ddof=1))


def experiment(s: Settings) -> Finding:
    """Train both detectors for each seed, and count what they tell of each group."""
    seen = {name: [look(s, name, seed) for seed in range(s.seeds)] for name in DETECTORS}
    plain, debiased = (seen[name] for name in DETECTORS)
    better, evener, overall = (
        t_interval(
            f"{what}, DB-VAE less classifier",
            [getattr(b, key) - getattr(a, key) for a, b in zip(plain, debiased, strict=True)],
        )
        for key, what in KINDS.items()
    )
    each = {
        (name, key): t_interval(f"{what}, {name}", [getattr(one, key) for one in found])
        for name, found in seen.items()
        for key, what in KINDS.items()
    }
    return Finding(
        (better, evener, overall, *each.values()),
        together([above(better, 0.0), below(evener, 0.0)]),
        "Trained where 95 % of the faces are light and tested where all tones are alike, the "
        f"classifier is right on {words(each['classifier', 'worst'])} of its worst group and the "
        f"DB-VAE on {words(each['dbvae', 'worst'])}, {words(better)} more; the variance over "
        f"groups is {words(each['classifier', 'variance'])} and "
        f"{words(each['dbvae', 'variance'])}, {words(evener)} more. Of all, "
        f"{words(each['classifier', 'accuracy'])} and {words(each['dbvae', 'accuracy'])}.",
        picture(seen),
    )


def look(s: Settings, name: str, seed: int) -> Seen:
    """Train one detector, and count what it tells of each group."""
    import torch

    from allegory.capabilities import Classifies
    from allegory.claims.trained import trained
    from allegory.measures.groups import group_rates
    from allegory.tools.running import home, in_batches

    say(f"C7: {name}, seed {seed}")
    model = trained(s.run(name, seed=seed, negatives="objects", factors=[LOPSIDED]))
    assert isinstance(model, Classifies)
    data = s.even()
    table, rows = data.table(), np.arange(len(data))
    tone = np.minimum((len(TONES) * table["skin_tone"].values).astype(np.int64), len(TONES) - 1)
    truth = table["label"].values.astype(np.int64)
    with torch.inference_mode():
        told = in_batches(model.predict_proba, data.take(rows), home(model)).argmax(1).numpy()
    found = group_rates(truth, told, {"tone": Column("category", tone, TONES)})
    shares = [rate.share for rate in (*found.overall.values(), *found.rates["accuracy"])]
    overall, *groups = (share.mean for share in shares if share is not None)
    return Seen(overall, tuple(groups))


def picture(seen: Mapping[str, Sequence[Seen]]) -> str:
    """Accuracy over the groups, of both."""
    from allegory.measures.replicates import replicates
    from allegory.report.plots import Series, plot

    series = []
    for k, (name, found) in enumerate(seen.items()):
        means = [replicates(values) for values in zip(*(one.groups for one in found), strict=True)]
        places = [i + 0.06 * (2 * k - 1) for i in range(len(TONES))]
        ends = [mean.ends for mean in means]
        series.append(Series(name, places, [mean.mean for mean in means], "marks", k, ends))
    return plot(
        series,
        title="Accuracy of each group",
        x_label="skin tone of the face, colour of the object",
        y_label="accuracy",
        x_range=(-0.3, len(TONES) - 0.7),
        x_ticks=list(enumerate(TONES)),
    )


CLAIM = Claim(
    "C7",
    "Debiasing",
    "A detector that uses the structure of latent variables serves groups more evenly that are "
    "rare in what it learns from, without being told of them.",
    "The recipes classifier and dbvae with their own defaults tell rendered faces from rendered "
    "objects. 95 % of the faces to learn from are of the lighter half of the skin tones; the "
    "examples to be tested on are even. Groups are quarters of the scale of tones, which colours "
    "the objects too, and neither is told of them. The claim holds if the 95 % interval over "
    "seeds, in pairs of the same seed, lies above 0 for what the DB-VAE's accuracy on its worst "
    "group is more than the classifier's, and below 0 for its variance over groups.",
    experiment,
    quick=Settings(seeds=3, images=8_000, source="faces", size="16", examples=600, test=600,
                   batch=32),
    full=Settings(seeds=5, images=20_000, source="faces", size="16", examples=1_000, test=2_000,
                  batch=32),
)  # fmt: skip
