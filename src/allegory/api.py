"""The library in a line each: train, resume, load, evaluate, sweep."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from allegory.data.dataset import Dataset
from allegory.data.open import open_data
from allegory.errors import UserError
from allegory.measures.grouping import BINS
from allegory.measures.rarity import ALPHA, CAP
from allegory.recipes.settings import Run, change
from allegory.recipes.table import recipe as named
from allegory.runs import compare as comparing
from allegory.runs import play
from allegory.runs.balance import BalanceOptions, balance_source
from allegory.runs.folder import RunFolder, Weights, new_folder
from allegory.runs.inputs import from_anywhere
from allegory.runs.measuring.networks import choice_of
from allegory.runs.measuring.subject import Options
from allegory.runs.measuring.table import chosen as chosen_measures
from allegory.runs.score import Question, score
from allegory.runs.sweep import SweepFolder, chosen_folder, vary
from allegory.runs.sweep_play import play_sweep

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from torch import Tensor, nn

    from allegory.capabilities import Model
    from allegory.measures.balance import Density
    from allegory.runs.balance import Balanced
    from allegory.runs.play import Trained
    from allegory.runs.sweep_play import Swept

__all__ = [
    "balance",
    "compare",
    "evaluate",
    "load",
    "resume",
    "resume_sweep",
    "sweep",
    "sweep_run",
    "train",
]


MOST_SEED = 2**31
"""What every library that draws takes as a seed is below."""


def train(
    recipe: str,
    source: str | Path | NDArray[np.generic] | Tensor | Dataset,
    *,
    out: str | Path | None = None,
    **fields: Any,
) -> Trained:
    """Train a recipe on data and leave a run folder with its report.

    Args:
        recipe: its name: `allegory recipes` lists them.
        source: a folder, a file, a built-in name, an array, or an open data set that the
            run's own settings open as well.
        out: folder of the run; by default the next free one under runs/.
        **fields: any field of the recipe, such as images=200_000 or beta=4.

    Returns:
        The run: `.model()` is its model, `.folder.path` where it lies.

    Raises:
        UserError: what was wrong with the recipe, the source or a field.
        Interrupted: stopped with everything saved; `resume` goes on.
    """
    run = change(named(recipe), fields)
    data = (
        _as_recorded(source, run) if isinstance(source, Dataset) else open_data(source, run.data)
    )
    folder = new_folder(out, f"{recipe}-{Path(data.name.replace(':', '-')).stem}")
    return play.begin(run, folder, data)


def _as_recorded(data: Dataset, run: Run) -> Dataset:
    """The data set itself, if the settings of the run open the same one: its folder says no more.

    Raises:
        UserError: they open another.
    """
    again = open_data(data.name, run.data)
    same = data.media == again.media and data.fingerprint == again.fingerprint
    if not same or not np.array_equal(data.rows, again.rows):
        raise UserError(
            f"this is a part of '{data.name}', or was opened with settings that the run does not "
            "have: give its source and those settings to train instead."
        )
    return data


def resume(folder: str | Path, *, images: int | None = None) -> Trained:
    """Go on with a run from its newest checkpoint.

    Args:
        folder: of the run.
        images: a new total of examples to see, to train longer than was planned.
    """
    return play.go_on(RunFolder(Path(folder)), images)


def load(folder: str | Path, weights: Weights = "best") -> Model:
    """The model of a run, in evaluation mode: nothing but the folder is needed.

    Args:
        folder: of the run.
        weights: the "best" averaged weights by held-out loss, the "last" averaged ones, or the
            "raw" ones.

    Raises:
        UserError: there is no model in the folder.
    """
    return RunFolder(Path(folder)).model(weights)


def evaluate(
    folder: str | Path,
    source: str | None = None,
    *,
    measures: Sequence[str] | None = None,
    examples: int = 2_000,
    samples: int = 5_000,
    draws: int = 64,
    features: str | Path | nn.Module = "default",
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


def balance(
    folder: str | Path,
    source: str | None = None,
    *,
    out: str | Path | None = None,
    within: str | None = None,
    select: int | None = None,
    generate: int | None = None,
    density: Density = "kernel",
    alpha: float = ALPHA,
    cap: float = CAP,
    weights: Weights = "best",
    seed: int = 0,
) -> Balanced:
    """Weigh the examples of a source by how rare their codes are, as `allegory balance` does.

    Args:
        folder: of a run whose model encodes.
        source: a source; by default the run's own data.
        out: a table, or a folder for the examples themselves; None: nothing is written.
        within: a column of categories, in each of which rarity is looked at by itself.
        select: draw so many examples by their weights, none twice.
        generate: add so many examples of the model where the others are thin.
        density: among all latents at once, or the published product of histograms.
        alpha: added to each density, in mean densities.
        cap: the largest weight, in means.
        weights: as in `load`.
        seed: of what is selected and generated.

    Returns:
        The table of weights, `.table`, and how shares of groups move, `.summary`.

    Raises:
        UserError: the model can't, or a value is out of its range.
    """
    options = BalanceOptions(within, density, alpha, cap, select, generate, seed)
    kept = RunFolder(Path(folder))
    path = None if out is None else Path(out)
    return balance_source(kept.run(), kept.model(weights), source, path, options)


def sweep(
    recipe: str,
    source: str | Path | NDArray[np.generic] | Tensor,
    *,
    over: Mapping[str, Sequence[Any]],
    seeds: int | Sequence[int] = 3,
    out: str | Path | None = None,
    measures: Sequence[str] | None = None,
    **fields: Any,
) -> Swept:
    """Train and measure a recipe for every combination of some fields' values, over seeds.

    The same call goes on with a sweep that was stopped, and with more values or seeds extends it:
    what is done is not done again.

    Args:
        recipe: its name.
        source: as in `train`.
        over: fields of the recipe with the values that each is to take.
        seeds: how many (0, 1, ...), or which.
        out: folder of the sweep; by default the first under runs/ that is free, or holds a part of
            this very sweep.
        measures: as in `evaluate`; None for its own choice.
        **fields: any field of the recipe, the same for all runs.

    Raises:
        UserError: what was wrong with a field or a value, before anything is trained; or every run
            failed.
        Interrupted: stopped with everything saved.
    """
    run = change(named(recipe), fields)
    if not isinstance(source, str | Path):
        source = open_data(source, run.data).name
    run = change(run, {"source": str(source)})
    chosen = range(seeds) if isinstance(seeds, int) else seeds
    return sweep_run(run, over, chosen, out=out, measures=measures)


def sweep_run(
    run: Run,
    over: Mapping[str, Sequence[Any]],
    seeds: Sequence[int],
    *,
    out: str | Path | None = None,
    measures: Sequence[str] | None = None,
) -> Swept:
    """`sweep` for a run that is a value already."""
    run = from_anywhere(run)
    chosen = vary(run, over, seeds, measures)
    name = f"{run.recipe}-{Path(run.data.source.replace(':', '-')).stem}-sweep"
    return play_sweep(
        chosen, chosen_folder(out, name, chosen), partial(evaluate, measures=measures)
    )


def resume_sweep(folder: str | Path) -> Swept:
    """Go on with a sweep from where it stands: nothing needs to be said again."""
    kept = SweepFolder(Path(folder))
    chosen = kept.read()
    return play_sweep(chosen, kept, partial(evaluate, measures=chosen.measures))
