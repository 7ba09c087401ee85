"""The library in a line each: train, resume, load, evaluate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from allegory.data.dataset import Dataset
from allegory.data.open import open_data
from allegory.errors import UserError
from allegory.progress import say
from allegory.recipes.settings import Run, change
from allegory.recipes.table import recipe as named
from allegory.runs import evaluate as measuring
from allegory.runs import play
from allegory.runs.folder import RunFolder, Weights, new_folder
from allegory.runs.inputs import held_out, open_for

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from allegory.capabilities import Model
    from allegory.runs.play import Trained

__all__ = ["evaluate", "load", "resume", "train"]


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
    examples: int = 2_000,
    draws: int = 64,
    weights: Weights = "best",
    seed: int = 0,
) -> dict[str, Any]:
    """Measure a run's model on held-out examples, as `allegory evaluate` does.

    Args:
        folder: of the run.
        source: examples to measure on; by default the test split of the run's own data.
        examples: how many at most.
        draws: importance samples an example for the bound on the likelihood.
        weights: as in `load`.
        seed: of the draws.

    Returns:
        JSON values; `runs.evaluate.evaluate` says which.
    """
    kept = RunFolder(Path(folder))
    run, model = kept.run(), kept.model(weights)
    data = held_out(open_for(run, model.media, source), examples)
    rng = torch.Generator().manual_seed(seed)
    scores = measuring.evaluate(model, data, draws=draws, rng=rng)
    scores = {"run": str(folder), "recipe": run.recipe, "weights": weights, "seed": seed, **scores}
    try:
        kept.keep_scores(scores)
    except UserError as error:
        say(f"the scores are not kept: {error}")
    return scores
