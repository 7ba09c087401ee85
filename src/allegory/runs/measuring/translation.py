"""Measures of translated pictures: near to their partners, like the target, content kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

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
from allegory.runs.measuring.findings import Figure, Findings, figure, measured
from allegory.runs.measuring.networks import features_of
from allegory.tools.running import in_batches
from allegory.tools.translate import source_of, translate

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.data.dataset import Dataset
    from allegory.runs.measuring.subject import Subject

__all__ = ["translation"]

JUDGED = 60_000
"""Images that the judge of domains and the reader of factors learn from."""


def translation(subject: Subject) -> Findings:
    """What the model makes of held-out pictures, to each domain that it translates to."""
    figures: dict[str, Figure] = {}
    notes: list[str] = []
    basis: dict[str, Any] = {"n": len(subject.beside), "reference": subject.where}
    both = both_domains(subject.data)
    for to in subject.model.targets:
        made = Made(subject, to)
        found: dict[str, Figure] = {}
        if subject.model.media.matched:
            found |= nearness(made)
        else:
            found |= content(made, both)
        found |= likeness(made, basis)
        if len(subject.model.targets) > 1:
            found = {f"{to}_{name}": _named(value, to) for name, value in found.items()}
        figures |= found
    if both is None:
        notes.append("the domains differ in channels: no classifier tells them apart.")
    return Findings(basis, figures, tuple(notes))


class Made:
    """Held-out pictures of the source, what the model makes of them, and the target's own."""

    def __init__(self, subject: Subject, to: str) -> None:
        self.subject, self.to = subject, to
        source, n = source_of(subject.model, to), subject.options.samples
        self.source = held_out(domain(subject.data, source), n)
        self.target = domain(subject.data, to)
        self.x = self.source.take(np.arange(len(self.source)))
        with track(f"translating to {to}", 1) as advance:
            self.y = to_unit(to_bytes(translate(subject.model, self.x, to)))
            advance(1)
        self.real = held_out(self.target, n)


def nearness(made: Made) -> dict[str, Figure]:
    """How near what is made is to the partner."""
    media = made.subject.model.media
    halves = dict(zip(media.names, media.halves(_pairs(made)), strict=True))
    return {
        name: figure(
            label,
            estimate(measure(made.y, halves[made.to])),
            better="lower" if name == "L1" else "higher",
        )
        for name, (label, measure) in NEARNESS.items()
    }


def _pairs(made: Made) -> Tensor:
    """The pairs of the pictures that were translated."""
    data = held_out(made.subject.data, made.subject.options.samples)
    assert np.array_equal(data.rows, made.source.rows)
    return data.take(np.arange(len(data)))


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


def content(made: Made, both: Dataset | None) -> dict[str, Figure]:
    """Whether what is made is taken for the target, and what stays."""
    found: dict[str, Figure] = {}
    model, source = made.subject.model, source_of(made.subject.model, made.to)
    if source in model.targets:
        back = translate(model, made.y, source)
        lost = estimate(absolute_error(back, made.x))
        found["cycle"] = figure("L1 there and back, in ranges", lost, better="lower")
    if both is None:
        return found
    judge = judge_for(both, DOMAIN, change(recipe("classifier"), {"images": JUDGED}))
    wanted = model.media.names.index(made.to)
    taken = int((judge.tell(made.y) == wanted).sum())
    found["taken"] = figure(
        "share taken for the target", proportion(taken, len(made.y)), better="higher"
    )
    found["taken_real"] = Figure("judge's accuracy on real pictures", judge.accuracy)
    return found | factors(made, both)


def factors(made: Made, both: Dataset) -> dict[str, Figure]:
    """How far what is known of a picture is changed, beside how well it can be read at all."""
    numbers = [name for name, column in both.columns.items() if column.kind == "number"]
    if not numbers:
        return {}
    run = change(recipe("regressor"), {"images": JUDGED})
    try:
        train, chosen_on = whole(both)
        reader: Any = kept(run, train, chosen_on, "reader of factors")
    except UserError as error:
        say(f"factors are not read: {error}")
        return {}
    test = held_out(both, len(both))
    with torch.inference_mode():
        told = in_batches(reader.predict, test.take(np.arange(len(test))))
        before, after = (in_batches(reader.predict, side) for side in (made.x, made.y))
    table, found = test.table(), {}
    for k, name in enumerate(reader.columns):
        truth = torch.from_numpy(table[name].values)
        own = estimate((told[:, k] - truth).abs()[truth.isfinite()])
        moved = estimate((after[:, k] - before[:, k]).abs())
        found[f"change_{name}"] = figure(f"change of {name}", moved)
        found[f"error_{name}"] = figure(f"error of reading {name}", own)
    return found


def _named(found: Figure, to: str) -> Figure:
    """The figure, with the domain in its label."""
    return replace(found, label=f"to {to}: {found.label}")
