"""Whether samples are of the class that was asked for, and differ within it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from allegory.errors import UserError
from allegory.measures.conditional import FEWEST, agreement, diversity
from allegory.runs.judge import judge_for
from allegory.runs.measuring.examples import each, indices
from allegory.runs.measuring.findings import Figure, Findings, figure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

    from allegory.data.dataset import Column
    from allegory.measures.conditional import ByClass
    from allegory.runs.measuring.findings import Better
    from allegory.runs.measuring.subject import Subject

__all__ = ["columns_of", "conditional"]


def columns_of(classes: Sequence[str], columns: Mapping[str, Column]) -> tuple[str, ...]:
    """Columns of categories which have all of these classes among them."""
    return tuple(
        name
        for name, column in columns.items()
        if column.kind == "category" and set(classes) <= set(column.names)
    )


def conditional(subject: Subject) -> Findings:
    """What a judge says of as many samples of each class, and how these differ."""
    classes = subject.model.conditions
    (label,) = columns_of(classes, subject.data.columns)
    share = subject.options.samples // len(classes)
    if share < FEWEST:
        raise UserError(
            f"{len(classes):,} classes take {FEWEST * len(classes):,} samples at least, and "
            f"{subject.options.samples:,} are to be made"
        )
    truth = indices(subject.beside.table()[label], classes)
    if not (truth >= 0).any():
        raise UserError(f"no held-out example is of a class in '{label}' that the model knows")
    judge, features = judge_for(subject.data, label), subject.features
    place = {name: i for i, name in enumerate(classes)}
    heard = torch.tensor([place.get(name, -1) for name in judge.classifier.classes])

    def tell(x: Tensor) -> Tensor:
        return heard[judge.tell(x.cpu())]

    asked = torch.arange(len(classes)).repeat(share)
    told, made = [], []
    for x in subject.samples(len(asked), asked):
        told.append(tell(x))
        made.append(features.of(x))
    real = each(
        subject,
        "judging held-out examples",
        subject.rng("conditional"),
        lambda x: {"told": tell(x)},
        subject.beside,
    )["told"]
    found = {
        "agreement": agreement(asked, torch.cat(told)),
        "judge": agreement(truth[truth >= 0], real[truth >= 0]),
    }
    notes: tuple[str, ...] = ()
    try:
        found["diversity"] = diversity(torch.cat(made), asked, subject.real, truth)
    except UserError as error:
        notes = (f"no diversity: {error}",)
    basis: dict[str, Any] = {
        "n_real": int((truth >= 0).sum()),
        "n_generated": len(asked),
        "reference": subject.where,
        "label": label,
        "classes": len(classes),
        "features": features.name,
        "resize": features.resize,
    }
    detail = {
        what: {classes[c]: one.mean for c, one in by_class.classes.items()}
        for what, by_class in found.items()
    }
    return Findings(basis, figures_of(found), notes_of(found, classes) + notes, detail)


def figures_of(found: Mapping[str, ByClass]) -> dict[str, Figure]:
    """Over all classes, and of the lowest."""
    figures = {
        "agreement": figure(
            "agreement with the class asked for", found["agreement"].overall, better="higher"
        ),
        "agreement_lowest": lowest("agreement", found["agreement"], "higher"),
        "judge": figure("the judge's accuracy on held-out examples", found["judge"].overall),
    }
    if "diversity" in found:
        figures["diversity"] = figure("diversity within a class", found["diversity"].overall)
        figures["diversity_lowest"] = lowest("diversity", found["diversity"])
    return figures


def lowest(what: str, found: ByClass, better: Better = "") -> Figure:
    """The figure of the class that has least."""
    one = found.classes[found.lowest]
    return Figure(f"{what}, lowest class", one.mean, one.low, one.high, "", better, one.n)


def notes_of(found: Mapping[str, ByClass], classes: Sequence[str]) -> tuple[str, ...]:
    """How to read the figures, and the lowest classes by name."""
    worst = found["agreement"].lowest
    limit = found["judge"].classes.get(worst)
    beside = (
        "" if limit is None else f"; of held-out examples of it the judge tells {limit.mean:.1%}"
    )
    notes: tuple[str, ...] = (
        "Agreement is told by a classifier that learned from the data: its own accuracy is all "
        f"that can be expected. Lowest for '{classes[worst]}'{beside}.",
    )
    if "diversity" in found:
        least = found["diversity"].lowest
        notes += (
            "Diversity 1: samples of a class differ as held-out examples do; 0: they are all one; "
            f"above 1: they differ more, as noise does. Lowest for '{classes[least]}'.",
        )
        lacking = len(classes) - len(found["diversity"].classes)
        if lacking:
            notes += (f"no diversity of {lacking:,} classes with too few held-out examples.",)
    return notes
