"""Evaluate and compare: a line each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from allegory.errors import UserError
from allegory.measures.grouping import BINS
from allegory.runs import compare as comparing
from allegory.runs.folder import RunFolder, Weights
from allegory.runs.measuring.networks import choice_of
from allegory.runs.measuring.subject import Options
from allegory.runs.measuring.table import chosen as chosen_measures
from allegory.runs.score import Question, score

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import nn

__all__ = ["compare", "evaluate"]

MOST_SEED = 2**31
"""What every library that draws takes as a seed is below."""


def evaluate(
    folder: str | Path,
    source: str | None = None,
    *,
    measures: Sequence[str] | None = None,
    examples: int = 2_000,
    samples: int = 5_000,
    draws: int = 64,
    features: str | Path | nn.Module = "default",
    truncation: float | None = None,
    weights: Weights = "best",
    seed: int = 0,
    group: Sequence[str] = (),
    bins: int = BINS,
    positive: str | None = None,
) -> dict[str, Any]:
    """Measure a run's model on held-out examples, as `allegory evaluate` does.

    Args:
        folder: of the run.
        source: data to measure on, their test split where they have one; by default the run's own.
        measures: groups of measures, such as "fidelity"; None for all that the model and the data
            allow. What is left out is said on standard error, with the reason.
        examples: held-out examples at most.
        samples: examples to generate, and held-out ones at most to compare them with.
        draws: importance samples an example for the bound on the likelihood.
        features: what samples are compared by: "default" (a network trained once on the training
            split, without labels), "pixels", "inception", the folder of a run whose model encodes,
            a .npz file with the features "real" and "generated", or any module: (n, *media.shape)
            in the media's range -> (n, ...), taken to evaluation mode.
        truncation: as of `sample`.
        weights: as in `load`.
        seed: of draws and samples.
        group: columns of the data whose groups a classifier is to serve equally well, crossed
            where they are several; numbers are cut at their quantiles.
        bins: groups at most of a column of numbers.
        positive: the class that is looked for, in true- and false-positive rates of groups; by
            default the second of two.

    Returns:
        JSON values; `runs.score.score` says which. The run's folder keeps them.

    Raises:
        UserError: an unknown name, or none of the measures asked for is possible.
        Interrupted: asked to stop; what the folder keeps is as it was.
    """
    question = _question(
        source,
        measures,
        weights,
        examples=examples,
        samples=samples,
        draws=draws,
        features=choice_of(features),
        truncation=truncation,
        seed=seed,
        group=tuple(group),
        bins=bins,
        positive=positive,
    )
    return score(RunFolder(Path(folder)), question)


def _question(
    source: str | None, measures: Sequence[str] | None, weights: Weights, **options: Any
) -> Question:
    """What is asked of a run.

    Raises:
        UserError: a group of measures is not known, or the seed is none.
    """
    chosen_measures(measures)
    if not 0 <= options["seed"] < MOST_SEED:
        raise UserError(f"--seed must be from 0 to {MOST_SEED - 1:,} (given: {options['seed']}).")
    chosen = None if measures is None else tuple(measures)
    return Question(source, chosen, Options(**options), weights)


def compare(
    *folders: str | Path,
    source: str | None = None,
    measures: Sequence[str] | None = None,
    weights: Weights = "best",
    features: str | Path | nn.Module = "default",
    group: Sequence[str] = (),
    seed: int = 0,
    **options: Any,
) -> dict[str, Any]:
    """Measure runs on the same held-out examples and compare them, as `allegory compare` does.

    Args:
        *folders: of runs, and of sweeps, which are a system for each of their settings, with their
            seeds. The first system is the one that others are compared with.
        source: as in `evaluate`, and so are the others.
        measures: groups of measures; None for all that are possible.
        weights: of each run.
        features: what samples are compared by.
        group: columns whose groups are to be served equally well.
        seed: of draws and samples.
        **options: the other fields of `runs.measuring.subject.Options`, such as examples=500.

    Returns:
        JSON values; `runs.compare.compare` says which.

    Raises:
        UserError: there are fewer than two systems, or there is nothing to compare.
        Interrupted: asked to stop; what has been measured is kept, and not measured again.
    """
    options |= {"features": choice_of(features), "group": tuple(group), "seed": seed}
    question = _question(source, measures, weights, **options)
    return comparing.compare(comparing.systems_of([Path(f) for f in folders]), question)
