"""The groups of measures: what each needs of the data, and how it is measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allegory.capabilities import Decodes
from allegory.errors import unknown
from allegory.runs.measuring.codes import disentanglement, latent
from allegory.runs.measuring.conditional import columns_of, conditional
from allegory.runs.measuring.discrimination import discrimination
from allegory.runs.measuring.examples import (
    classified,
    density,
    prediction,
    reconstruction,
)
from allegory.runs.measuring.groups import groups, ungrouped
from allegory.runs.measuring.modes import MODE, modes
from allegory.runs.measuring.samples import fidelity, memorised, two_sample
from allegory.runs.measuring.translation import translation
from allegory.tools.requires import MEASURES, lacking
from allegory.tools.ways import without_ways

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from allegory.runs.measuring.findings import Findings
    from allegory.runs.measuring.subject import Subject

__all__ = ["GROUPS", "Group", "chosen", "reason"]


def _fit(_: Subject) -> None:
    """All data are."""


def _coded(subject: Subject) -> str | None:
    """A code must be more than noise."""
    return without_ways(subject.model) if isinstance(subject.model, Decodes) else None


def _factors(subject: Subject) -> str | None:
    """Factors are numbers or categories."""
    if any(column.kind != "text" for column in subject.data.columns.values()):
        return None
    return "the data have no columns of numbers or categories"


def _learned_from(subject: Subject) -> str | None:
    """Copies are sought among what the model has learned from."""
    if subject.file is not None:
        return f"{subject.file} holds no features of training examples"
    return subject.mixed


def _modes(subject: Subject) -> str | None:
    """Modes are places that are known, or categories that a judge can be trained on."""
    column = subject.data.columns.get(MODE)
    if subject.data.modes is not None or (column is not None and column.kind == "category"):
        return None
    return f"the data come from no known Gaussians, and have no column '{MODE}' of categories"


def _columns(subject: Subject) -> str | None:
    """What the model reads must be known of the data."""
    columns, read = subject.data.columns, subject.model.columns
    if any(name in columns and columns[name].kind == "number" for name in read):
        return None
    return f"the data know none of {', '.join(read)} as a number"


def _classes(subject: Subject) -> str | None:
    """What the model tells must be known of the data."""
    label, column = subject.model.label, subject.data.columns.get(subject.model.label)
    if column is None or column.kind != "category":
        return f"the data have no column '{label}' of categories"
    if not set(column.names) & set(subject.model.classes):
        return f"the model knows none of the categories of '{label}' that the data have"
    return None


def _asked(subject: Subject) -> str | None:
    """A judge must be able to tell each class that can be asked for."""
    if subject.file is not None:
        return f"{subject.file} holds no features by class"
    found = columns_of(subject.model.conditions, subject.data.columns)
    if not found:
        return "no column of the data has all the classes of the model among its categories"
    if len(found) > 1:
        return (
            f"which column the model's classes are of can't be told: {', '.join(found)} have them"
        )
    return None


@dataclass(frozen=True)
class Group:
    """How a group of measures is measured."""

    name: str
    measure: Callable[[Subject], Findings]
    unfit: Callable[[Subject], str | None] = _fit
    """Why the data do not allow it; None where they do. The model is asked before."""
    whole: bool = False
    """Whether it is about all examples, also those that a model's codes are not about."""


GROUPS: dict[str, Group] = {
    group.name: group
    for group in (
        Group("reconstruction", reconstruction),
        Group("density", density),
        Group("fidelity", fidelity),
        Group("two-sample", two_sample),
        Group("memorisation", memorised, _learned_from),
        Group("modes", modes, _modes),
        Group("conditional", conditional, _asked),
        Group("discrimination", discrimination),
        Group("translation", translation),
        Group("latent", latent, _coded),
        Group("disentanglement", disentanglement, lambda s: _coded(s) or _factors(s)),
        Group("prediction", prediction, _columns, whole=True),
        Group("classification", classified, _classes, whole=True),
        Group(
            "groups",
            groups,
            lambda subject: _classes(subject) or ungrouped(subject),
            whole=True,
        ),
    )
}
"""Every group of `tools.requires.MEASURES`, in its order."""


def chosen(names: Sequence[str] | None) -> tuple[Group, ...]:
    """The groups of these names, in the order of the table; all for None.

    Raises:
        UserError: one is not known, with the nearest that is.
    """
    if names is None:
        return tuple(GROUPS.values())
    for name in names:
        if name not in GROUPS:
            raise unknown("measure", name, GROUPS)
    return tuple(group for group in GROUPS.values() if group.name in names)


def reason(group: Group, subject: Subject) -> str | None:
    """Why the model or the data do not allow a group; None where they do."""
    lack = lacking(subject.model, MEASURES[group.name].needs)
    return f"it needs {lack}" if lack is not None else group.unfit(subject)
