"""Measure a run as it lies in its folder, and keep there what is found."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
from torch import nn

from allegory.errors import UserError
from allegory.models.files import fingerprint
from allegory.progress import say
from allegory.runs.evaluate import Unmeasured, evaluate
from allegory.runs.inputs import open_for
from allegory.runs.measuring.findings import strict
from allegory.runs.measuring.subject import Options
from allegory.runs.measuring.table import chosen

if TYPE_CHECKING:
    from allegory.data.dataset import Dataset
    from allegory.runs.folder import RunFolder, Weights

__all__ = ["Question", "score"]


@dataclass(frozen=True)
class Question:
    """What is asked of a run."""

    source: str | None = None
    """Data to measure on; None for the run's own."""
    measures: tuple[str, ...] | None = None
    """Groups of measures; None for all that are possible."""
    options: Options = field(default_factory=Options)
    weights: Weights = "best"


def score(folder: RunFolder, question: Question, *, again: bool = True) -> dict[str, Any]:
    """Measure a run, and keep the scores in its folder.

    Args:
        folder: of the run.
        question: what is asked.
        again: measure also what the folder has the answer to: asked of the same weights, examples
            and columns, with the same options, by this version. Where not, "measures" and
            "left_out" are of all that was asked, and that none is possible is no error.

    Returns:
        JSON values: those of `runs.evaluate.Evaluation`; "run", "recipe", "weights", "model" and
        "seed"; "asked", which with its name decides what a group of measures finds. The basis of
        a group also has weights, model and seed, and the "digest" of the held-out examples.

    Raises:
        UserError: as `runs.evaluate.evaluate` does.
        Interrupted: asked to stop; what the folder keeps is as it was.
    """
    run, model = folder.run(), folder.model(question.weights)
    data = open_for(run, model.media, question.source)
    own = data.name == run.data.source
    named: dict[str, Any] = {"weights": question.weights, "model": fingerprint(model)}
    named["seed"] = question.options.seed
    asked = named | {"own": own, "data": digest(data, *data.splits), "options": _plain(question)}
    heading = {"run": str(folder.path), "recipe": run.recipe, **named, "asked": asked}
    known = {} if again else _answers(folder, asked)
    groups = [group.name for group in chosen(question.measures)]
    left = [name for name in groups if name not in known]
    if not left:
        return heading | _only(known, groups)
    wanted = left if known or question.measures is not None else None
    try:
        found = evaluate(model, data, measures=wanted, options=question.options, own=own)
    except Unmeasured as error:
        if again:
            raise
        found = error.evaluation
    scores = heading | found.scores
    for name, measured in scores["measures"].items():
        measured["basis"] |= named | {"digest": digest(data, "test")}
        if name in found.pictures:
            measured["picture"] = f"evaluation-{name}.png"
    try:
        folder.keep_scores(scores, found.pictures)
    except UserError as error:
        say(f"the scores are not kept: {error}")
    return scores | _only(known | scores["measures"] | scores["left_out"], groups)


def digest(data: Dataset, *splits: str) -> str:
    """Names the examples of these splits and what is known of them; of all where none has any."""
    rows = [data.splits[name] for name in splits if len(data.splits.get(name, ()))]
    content = hashlib.blake2b(f"{data.fingerprint} {data.media}".encode(), digest_size=8)
    for part in rows or [data.rows]:
        content.update(f"{len(part)}".encode())
        content.update(part.tobytes())
        for name, column in data.columns.items():
            content.update(f"{name} {column.kind} {column.names}".encode())
            content.update(np.ascontiguousarray(column.values[part]).tobytes())
    return content.hexdigest()


def _plain(question: Question) -> dict[str, Any]:
    """The options as JSON values; the version of the program is one of them."""
    options = question.options
    features = options.features
    name = fingerprint(features) if isinstance(features, nn.Module) else str(features)
    plain = asdict(replace(options, features="default")) | {"features": name}
    return dict(strict(plain | {"version": version("allegory")}))


def _answers(folder: RunFolder, asked: dict[str, Any]) -> dict[str, Any]:
    """What was found of each group of measures when just this was asked, or why nothing was."""
    found: dict[str, Any] = {}
    for scores in folder.evaluations():
        if scores.get("asked") == asked:
            found |= scores["left_out"] | scores["measures"]
    return found


def _only(answers: dict[str, Any], groups: list[str]) -> dict[str, Any]:
    """The figures of these groups, and why others have none."""
    there = {name: answers[name] for name in groups if name in answers}
    return {
        "measures": {k: v for k, v in there.items() if not isinstance(v, str)},
        "left_out": {k: v for k, v in there.items() if isinstance(v, str)},
    }
