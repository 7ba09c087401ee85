"""C8: what is rare or new stands out to a model of what is common, and is worth training on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from allegory.claims.claim import Claim, Figure, Finding
from allegory.claims.interval import above, t_interval, together, words
from allegory.claims.pictures import OnPictures
from allegory.claims.sources import digest_of
from allegory.data.dataset import Dataset
from allegory.data.open import open_data
from allegory.data.store import cache_folder
from allegory.files import atomic
from allegory.progress import say

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

__all__ = ["CLAIM", "Rare", "Seen", "Settings", "experiment", "rare_things"]

SHOWN = 24
FOUND = 0.8
"""AUROC above which what is rare or new counts as found."""


@dataclass(frozen=True, kw_only=True)
class Settings(OnPictures):
    """On which data, and how long the models are trained."""

    classifier_images: int
    """Seen by each classifier."""
    others: tuple[str, ...] = ()
    """Further sources."""
    share: float = 0.03
    """Of the training examples: those that are turned."""
    most: int = 6_000
    """Examples of a source, at most."""


@dataclass(frozen=True)
class Rare:
    """A source in which something is rare, and something is never seen."""

    path: Path
    """Training and validation examples: one class left out, a few of the others turned."""
    common: Dataset
    """Test examples of the classes that are left."""
    turned: Dataset
    """The same, a quarter turn on: rare."""
    new: Dataset
    """Examples of the class that is left out."""


@dataclass(frozen=True)
class Seen:
    """What one seed saw on one source."""

    rare: float
    """AUROC of the turned test examples among the common ones."""
    rare_precision: float
    """Average precision of the turned examples among those that were trained on."""
    new: float
    """AUROC of the class that was left out."""
    bound: float
    """AUROC of the same by the bound alone."""
    before: tuple[float, float]
    """Accuracy on turned and on common test examples."""
    after: tuple[float, float]
    """The same with outliers oversampled."""
    pictures: Tensor
    """(shown, *media.shape): the most unusual ones that were trained on."""


def experiment(s: Settings) -> Finding:
    """For each source and seed: a VAE, its outliers, and a classifier without and with them."""
    seen = {
        source: [look(s, source, seed) for seed in range(s.seeds)]
        for source in (s.source, *s.others)
    }
    figures: dict[str, dict[str, Figure]] = {}
    for source, found in seen.items():
        numbers = {
            "AUROC, rare": [one.rare for one in found],
            "AUROC, new": [one.new for one in found],
            "AUROC of the bound, new": [one.bound for one in found],
            "average precision, rare": [one.rare_precision for one in found],
            "accuracy on the rare": [one.before[0] for one in found],
            "gain on the rare": [one.after[0] - one.before[0] for one in found],
            "gain on the common": [one.after[1] - one.before[1] for one in found],
        }
        figures[source] = {
            name: t_interval(f"{source}: {name}", values) for name, values in numbers.items()
        }
    return Finding(
        tuple(figure for of in figures.values() for figure in of.values()),
        together(
            verdict
            for of in figures.values()
            for verdict in (
                above(of["AUROC, rare"], FOUND),
                above(of["AUROC, new"], FOUND),
                above(of["gain on the rare"], 0.0),
            )
        ),
        " ".join(sentence(source, of, s.share) for source, of in figures.items()),
        picture({source: found[0].pictures for source, found in seen.items()}),
    )


def rare_things(s: Settings, source: str, seed: int) -> Rare:
    """The data of a seed: another class is left out, other examples are turned."""
    data = open_data(source)
    rng = np.random.default_rng(seed)
    data = data.select(np.sort(rng.permutation(len(data))[: s.most]))
    label = data.columns["label"]
    left_out = seed % len(label.names)
    old = data.select(np.flatnonzero(label.values[data.rows] != left_out))
    new = data.select(np.flatnonzero(label.values[data.rows] == left_out))
    learned = [(name, old.split(name)) for name in ("train", "validation")]
    pictures = np.concatenate([part.store[part.rows] for _, part in learned])
    turned = rng.permutation(len(pictures))[: round(s.share * len(pictures))]
    pictures[turned] = np.rot90(pictures[turned], axes=(1, 2))
    name = digest_of(data.fingerprint, str(seed), str(s.share), str(s.most))
    path = cache_folder() / "claims" / "data" / f"{source}-turned-{name}.npz"
    with atomic(path) as file:
        np.savez(
            file,
            x=pictures,
            labels=np.concatenate([label.values[part.rows] for _, part in learned]),
            split=np.concatenate([np.repeat(name, len(part)) for name, part in learned]),
            turned=np.isin(np.arange(len(pictures)), turned).astype(np.float64),
        )
    common = old.split("test")
    store = np.rot90(common.store[common.rows], axes=(1, 2)).copy()
    columns = {"label": common.table()["label"]}
    rows = np.arange(len(store))
    return Rare(path, common, Dataset("turned", data.media, store, rows, columns), new)


def look(s: Settings, source: str, seed: int) -> Seen:
    """Train one VAE and two classifiers."""
    import torch
    from sklearn.metrics import average_precision_score, roc_auc_score

    from allegory.claims.trained import kept_run, trained
    from allegory.runs.outliers import detector_of

    say(f"C8: rare and new things in {source}, seed {seed}")
    things = rare_things(s, source, seed)
    tested = (things.turned, things.common)
    made = {"source": str(things.path), "seed": seed}
    folder = kept_run(s.run("vae", test=0.0, **made))
    detector = detector_of(folder, seed=seed)
    common, turned, new = (
        detector.judge(data, scores=("bound",)).scores
        for data in (things.common, things.turned, things.new)
    )

    def auroc(strange: dict[str, Tensor], score: str = "combined") -> float:
        of = torch.cat([common[score], strange[score]])
        truth = np.repeat([0, 1], [len(common[score]), len(strange[score])])
        return float(roc_auc_score(truth, of))

    train = open_data(things.path, test=0.0).split("train")
    found = detector.judge(train, scores=()).scores["combined"]
    truth = train.table()["turned"].values.astype(np.int64)
    how = {**made, "test": 0.0, "images": s.classifier_images}
    before, after = (
        [accuracy(trained(s.run("classifier", **how, **more)), data) for data in tested]
        for more in ({}, {"oversample_outliers": str(folder.path)})
    )
    shown = train.take(found.argsort(descending=True)[:SHOWN].numpy())
    return Seen(
        auroc(turned),
        float(average_precision_score(truth, found)),
        auroc(new),
        auroc(new, "bound"),
        (before[0], before[1]),
        (after[0], after[1]),
        shown,
    )


def accuracy(model: Any, data: Dataset) -> float:
    """Share of the examples whose class is told; the model names classes by their number."""
    from allegory.tools.running import home, in_batches

    x = data.take(np.arange(len(data)))
    told = in_batches(lambda part: model.predict_proba(part).argmax(1), x, home(model))
    named = np.array(model.classes, dtype=np.int64)[told.numpy()]
    return float((named == data.table()["label"].values).mean())


def sentence(source: str, of: dict[str, Figure], share: float) -> str:
    """What was seen on one source, in words."""
    return (
        f"On {source} the AUROC of what is rare ({share:.0%} of the training examples, turned) is "
        f"{words(of['AUROC, rare'])}, of a class that was never seen "
        f"{words(of['AUROC, new'])} (by the bound alone {words(of['AUROC of the bound, new'])}). "
        f"A classifier is right on {words(of['accuracy on the rare'])} of the rare; with outliers "
        f"drawn more often by {words(of['gain on the rare'])} more, and on the common by "
        f"{words(of['gain on the common'])} more."
    )


def picture(seen: dict[str, Tensor]) -> str:
    """The most unusual training examples of the first seed."""
    from allegory.claims.panels import Panel, picture, side_by_side
    from allegory.report.sheets import sheet

    panels = [
        Panel(
            f"most unusual in {source}",
            picture(sheet(x, 6), f"the most unusual training examples of {source}"),
        )
        for source, x in seen.items()
    ]
    return side_by_side(panels, title="The most unusual training examples")


CLAIM = Claim(
    "C8",
    "Outliers",
    "Generative models detect what is rare or new, and training on it makes a classifier better "
    "there.",
    "In the training examples of each source 3 % are turned by a quarter (rare), and one class, "
    "another with each seed, is left out (new). The recipe vae learns from them, unlabelled; its "
    "combined score tells test examples of both kinds from common ones. The recipe classifier "
    "learns the classes, once as it is and once with --oversample-outliers of that VAE. The claim "
    "holds if on each source the 95 % intervals over seeds of both AUROCs lie above 0.8, and that "
    "of the gain in accuracy on turned test examples above 0. Shown beside: average precision of "
    "the turned ones among those trained on, the same AUROC by the bound alone, and what becomes "
    "of the accuracy on common examples.",
    experiment,
    quick=Settings(seeds=7, images=60_000, source="digits", classifier_images=30_000),
    full=Settings(
        seeds=7,
        images=60_000,
        source="digits",
        others=("fashion",),
        classifier_images=30_000,
    ),
)
