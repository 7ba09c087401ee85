"""Measures of translations: near to their partners, like the target, content kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch

from allegory.data.domains import DOMAIN, both_domains, domain
from allegory.errors import UserError
from allegory.measures.estimate import estimate, proportion
from allegory.measures.fidelity import frechet_distance, kernel_distance, two_sample_accuracy
from allegory.measures.translation import NEARNESS, absolute_error
from allegory.media import to_bytes, to_unit
from allegory.progress import say, track
from allegory.recipes.settings import change
from allegory.recipes.table import recipe
from allegory.runs.inputs import held_out
from allegory.runs.judge import judge_for
from allegory.runs.kept import kept, whole
from allegory.runs.measuring.examples import indices
from allegory.runs.measuring.findings import Figure, Findings, figure, measured
from allegory.runs.measuring.networks import features_of
from allegory.runs.measuring.spoken import distortion, utterances
from allegory.sound.picture import drawn, heard
from allegory.tools.running import home, in_batches
from allegory.tools.translate import source_of, translate

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.capabilities import Predicts
    from allegory.data.dataset import Dataset
    from allegory.media import Images, Pairs
    from allegory.recipes.settings import Run
    from allegory.runs.measuring.subject import Subject

__all__ = ["read", "reader_of", "translation"]

JUDGED, PASSES = 60_000, 30
"""Images that the judges and the reader of factors learn from, at most; and how often one image,
since few are learned by heart sooner."""
READ = 10_000
"""Held-out examples at most that the reader of factors is judged on."""
LABEL = "label"
"""The column that says what an example is of, whatever its domain."""


def translation(subject: Subject, judged: int | None = None) -> Findings:
    """What the model makes of held-out pictures, to each domain that it translates to.

    Args:
        subject: the model and its data.
        judged: images that the judges and the reader of factors learn from.
    """
    figures: dict[str, Figure] = {}
    notes: list[str] = []
    basis: dict[str, Any] = {"n": len(subject.beside), "reference": subject.where}
    both = None if subject.model.media.matched else both_domains(subject.data)
    for to in subject.model.targets:
        made = Made(subject, to)
        found = nearness(made) if made.media.matched else content(made, both, judged)
        if made.media.a.sound is not None:
            found |= distortion(made.x, made.y, counterparts(made), made.media.a.sound)
        found |= likeness(made, basis)
        if len(subject.model.targets) > 1:
            found = {f"{to}_{name}": _named(value, to) for name, value in found.items()}
        figures |= found
    if both is None and not subject.model.media.matched:
        notes.append("the domains differ in channels: no classifier tells them apart.")
    if subject.model.media.a.sound is not None:
        notes.append(
            "sounds are judged as they are heard: as waveforms, and spectrograms of these."
        )
    return Findings(basis, figures, tuple(notes))


class Made:
    """Held-out pictures of the source, what the model makes of them, and the target's own."""

    def __init__(self, subject: Subject, to: str) -> None:
        self.subject, self.to = subject, to
        self.media: Pairs = subject.model.media
        source, n = source_of(subject.model, to), subject.options.samples
        self.source = held_out(domain(subject.data, source), n)
        self.target = domain(subject.data, to)
        self.x = self.source.take(np.arange(len(self.source)))
        with track(f"translating to {to}", 1) as advance:
            self.y = as_met(translate(subject.model, self.x, to), self.media.of(to))
            advance(1)
        self.real = held_out(self.target, n)


def as_met(y: Tensor, media: Images) -> Tensor:
    """Translations y (n, channels, h, w) as they are met: of 8 bits, sounds as they are heard."""
    if media.sound is not None:
        y = drawn(heard(y, media.sound), media.height, media.sound)
    return to_unit(to_bytes(y))


def nearness(made: Made) -> dict[str, Figure]:
    """How near what is made is to the partner."""
    theirs = partners(made)
    return {
        name: figure(
            label,
            estimate(measure(made.y, theirs)),
            better="lower" if name == "L1" else "higher",
        )
        for name, (label, measure) in NEARNESS.items()
    }


def partners(made: Made) -> Tensor:
    """What each of the pictures should have become, where pairs are known."""
    data = held_out(made.subject.data, made.subject.options.samples)
    assert np.array_equal(data.rows, made.source.rows)
    halves = made.media.halves(data.take(np.arange(len(data))))
    return dict(zip(made.media.names, halves, strict=True))[made.to]


def counterparts(made: Made) -> list[Tensor]:
    """What the target says itself where each says something: the partner, or some of one label."""
    if made.media.matched:
        return list(partners(made)[:, None])
    real = made.real.take(np.arange(len(made.real)))
    labels = [labels_of(data) for data in (made.source, made.real)]
    return utterances(labels[0], real, labels[1])


def labels_of(data: Dataset) -> list[str]:
    """The label of each example, "" where none is known."""
    column = data.table().get(LABEL)
    if column is None or column.kind != "category":
        return [""] * len(data)
    return [(*column.names, "")[k] for k in column.values.astype(np.int64)]


def likeness(made: Made, basis: dict[str, Any]) -> dict[str, Figure]:
    """How like pictures of the target those that are made are, as sets."""
    features, seed = (
        features_of(made.subject.options.features, made.target),
        made.subject.options.seed,
    )
    basis |= {"features": features.name, "resize": features.resize}
    real, generated = features.of_data(made.real), features.of(made.y)
    n = min(len(real), len(generated))
    real, generated = real[:n], generated[:n]
    return {
        "frechet": measured(
            "Frechet distance", frechet_distance(real, generated, seed=seed), "lower"
        ),
        "kernel": measured(
            "kernel distance (MMD²)", kernel_distance(real, generated, seed=seed), "lower"
        ),
        "logistic": measured(
            "accuracy of the two-sample test, logistic",
            two_sample_accuracy(real, generated, classifier="logistic", seed=seed),
            "lower",
        ),
    }


def content(made: Made, both: Dataset | None, judged: int | None) -> dict[str, Figure]:
    """Whether what is made is taken for the target, and what stays."""
    found: dict[str, Figure] = {}
    model, source = made.subject.model, source_of(made.subject.model, made.to)
    if source in model.targets:
        back = translate(model, made.y, source)
        lost = estimate(absolute_error(back, made.x))
        found["cycle"] = figure("L1 there and back, in ranges", lost, better="lower")
    if both is None:
        return found
    run = reading("classifier", both, judged)
    judge = judge_for(both, DOMAIN, run)
    wanted = made.media.names.index(made.to)
    taken = int((judge.tell(made.y) == wanted).sum())
    found["taken"] = figure(
        "share taken for the target", proportion(taken, len(made.y)), better="higher"
    )
    found["taken_real"] = Figure("judge's accuracy on real pictures", judge.accuracy)
    return (
        found | among(made, judged) | label_kept(made, both, judged) | factors(made, both, judged)
    )


def reading(name: str, data: Dataset, judged: int | None) -> Run:
    """The recipe of a judge or a reader of these data, with so many images, or as many as help."""
    enough = judged or min(JUDGED, PASSES * len(whole(data)[0]))
    return change(recipe(name), {"images": enough})


def among(made: Made, judged: int | None) -> dict[str, Figure]:
    """How much is taken for the target by a judge who knows all that the domains are two of.

    One of the two alone must call everything one or the other, and takes what is like neither for
    what it is less unlike.
    """
    data, two = made.subject.data.whole, {*made.media.names}
    known = {} if data is None else {name: {*c.names} for name, c in data.columns.items()}
    column = next((name for name, all_ in known.items() if two < all_), None)
    if data is None or column is None:
        return {}
    judge = judge_for(data, column, reading("classifier", data, judged))
    taken = int((judge.tell(made.y) == judge.classifier.classes.index(made.to)).sum())
    label = f"share taken for the target, by a judge of all {len(known[column])} of '{column}'"
    return {
        "taken_among_all": figure(label, proportion(taken, len(made.y)), better="higher"),
        "taken_among_all_real": Figure("that judge's accuracy on real ones", judge.accuracy),
    }


def label_kept(made: Made, both: Dataset, judged: int | None) -> dict[str, Figure]:
    """Whether the label is told as before, where examples of both domains have the same labels.

    By a judge of the whole source where there is one: what has met more kinds takes one that is
    between two for what it is.
    """
    known, theirs = (labels_of(data) for data in (made.source, made.real))
    if len({*known} & {*theirs} - {""}) < 2:
        return {}
    data = made.subject.data.whole or both
    judge = judge_for(data, LABEL, reading("classifier", data, judged))
    truth = indices(made.source.table()[LABEL], judge.classifier.classes)
    hits = (judge.tell(made.y) == truth)[truth >= 0]
    kept = proportion(int(hits.sum()), len(hits))
    return {
        "kept": figure("share whose label is told as before", kept, better="higher"),
        "kept_real": Figure("accuracy of the label's judge on real ones", judge.accuracy),
    }


def factors(made: Made, both: Dataset, judged: int | None) -> dict[str, Figure]:
    """How far what is known of a picture is changed, beside how well it can be read at all."""
    reader = reader_of(both, judged)
    if reader is None:
        return {}
    test = held_out(both, READ)
    told = read(reader, test.take(np.arange(len(test))))
    before, after = (read(reader, side) for side in (made.x, made.y))
    table, found = test.table(), {}
    for k, name in enumerate(reader.columns):
        truth = torch.from_numpy(table[name].values)
        own = estimate((told[:, k] - truth).abs()[truth.isfinite()])
        moved = estimate((after[:, k] - before[:, k]).abs())
        found[f"change_{name}"] = figure(f"change of {name}", moved)
        found[f"error_{name}"] = figure(f"error of reading {name}", own)
    return found


def reader_of(both: Dataset, judged: int | None) -> Predicts | None:
    """The reader of all numbers that are known of both domains; None where it can read none."""
    if all(column.kind != "number" for column in both.columns.values()):
        return None
    try:
        train, chosen_on = whole(both)
        run = reading("regressor", both, judged)
        return cast("Predicts", kept(run, train, chosen_on, "reader of factors"))
    except UserError as error:
        say(f"factors are not read: {error}")
        return None


@torch.inference_mode()
def read(reader: Predicts, x: Tensor) -> Tensor:
    """What it reads off pictures x (n, *media.shape): (n, columns)."""
    return in_batches(reader.predict, x, home(reader))


def _named(found: Figure, to: str) -> Figure:
    """The figure, with the domain in its label."""
    return replace(found, label=f"to {to}: {found.label}")
