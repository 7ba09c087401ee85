"""What a model scores: the measures that it and its data allow, group by group."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from allegory.errors import UserError
from allegory.media import Pairs, describe
from allegory.progress import say
from allegory.runs.measuring.findings import strict
from allegory.runs.measuring.subject import Options, Subject
from allegory.runs.measuring.table import chosen, reason
from allegory.tools.concern import concern

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from allegory.capabilities import Model
    from allegory.data.dataset import Dataset
    from allegory.runs.measuring.findings import Findings
    from allegory.runs.measuring.table import Group

__all__ = ["Evaluation", "Unmeasured", "evaluate"]


@dataclass(frozen=True)
class Evaluation:
    """The figures of a model, and pictures that go with them."""

    scores: dict[str, Any]
    """Strict JSON values: "data", "media"; "measures", for each group its "basis" (what all its
    figures rest on), "figures" {label, value, low, high, unit, better, n}, "notes", "detail" and
    "seconds"; "left_out", for each group that was not measured the reason; "seconds". The
    interval [low, high] is at 95 %, null where there is none; `n` stands where it is not the
    group's."""
    pictures: dict[str, NDArray[np.uint8]] = field(default_factory=dict)
    """For some groups (H, W, C)."""


class Unmeasured(UserError):
    """None of the measures that were asked for is possible."""

    def __init__(self, reasons: str, evaluation: Evaluation) -> None:
        super().__init__(f"nothing was measured: {reasons}.")
        self.evaluation = evaluation


def evaluate(
    model: Model,
    data: Dataset,
    *,
    measures: Sequence[str] | None = None,
    options: Options | None = None,
    own: bool = True,
) -> Evaluation:
    """Measure a model on a data set, as far as the two allow.

    What can't be measured is said, each group in a line with its reason. The figures of a group do
    not depend on which others are measured.

    Args:
        model: anything.
        data: the whole data set: its test split is measured on, or all where there is none.
        measures: names of groups; None for all that are possible.
        options: how.
        own: whether the model has learned from these data.

    Raises:
        UserError: there are no examples, no such group, or none of those asked for is possible.
        Interrupted: asked to stop.
    """
    groups = chosen(measures)
    subject = Subject(model, data, options or Options(), own=own)
    part = concern(model, data)
    # one and the same where it can be, so that what is costly is made once
    about = subject if part is data else Subject(model, part, options or Options(), own=own)
    if not len(subject.held_out):
        raise UserError(f"'{data.name}' has no examples to evaluate on.")
    asked = about.options.features != "default" and about.file is None
    if asked and not isinstance(data.media, Pairs):  # of pairs, one side alone is looked at
        _ = about.features  # what was asked for is there, or nothing is measured
    began = time.monotonic()
    found, left_out, pictures = {}, {}, {}
    for group in groups:
        started, findings = time.monotonic(), measured(group, subject if group.whole else about)
        if isinstance(findings, str):
            left_out[group.name] = findings
            say(f"{group.name}: left out, {findings}.")
            continue
        seconds = round(time.monotonic() - started, 1)
        entry = found[group.name] = findings.to_json() | {"seconds": seconds}
        if subject.options.truncation is not None and "n_generated" in entry["basis"]:
            entry["basis"]["truncation"] = subject.options.truncation
        if findings.picture is not None:
            pictures[group.name] = findings.picture
    scores = {
        "n": len(subject.held_out),
        "data": data.name,
        "media": describe(data.media),
        "measures": found,
        "left_out": left_out,
        "seconds": round(time.monotonic() - began, 1),
    }
    evaluation = Evaluation(strict(scores), pictures)
    if measures is not None and not found:
        raise Unmeasured("; ".join(f"{k}: {why}" for k, why in left_out.items()), evaluation)
    return evaluation


def measured(group: Group, subject: Subject) -> Findings | str:
    """What a group came to, or why it was not measured."""
    why = reason(group, subject)
    if why is not None:
        return why
    try:
        return group.measure(subject)
    except UserError as error:
        return str(error).rstrip(".")
