"""Train, go on, load, balance: a line each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from allegory.data.dataset import Dataset
from allegory.data.open import open_data
from allegory.errors import UserError
from allegory.measures.rarity import ALPHA, CAP
from allegory.recipes.settings import Run, change
from allegory.recipes.table import recipe as named
from allegory.runs import play
from allegory.runs.balance import BalanceOptions, balance_source
from allegory.runs.folder import RunFolder, Weights, new_folder

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from allegory.capabilities import Model
    from allegory.measures.balance import Density
    from allegory.runs.balance import Balanced
    from allegory.runs.play import Trained

__all__ = ["balance", "load", "resume", "train"]


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


def load(folder: str | Path, weights: Weights = "best", device: str = "cpu") -> Model:
    """The model of a run, in evaluation mode: nothing but the folder is needed.

    Its own methods take and give tensors on `device`; tools bring them there.

    Args:
        folder: of the run.
        weights: the "best" averaged weights by held-out loss, the "last" averaged ones, or the
            "raw" ones.
        device: that it computes on: "cpu", "cuda", "cuda:1", "mps", or "auto", a GPU where there
            is one.

    Raises:
        UserError: there is no model in the folder, or no such device.
    """
    return RunFolder(Path(folder)).model(weights, device=device)


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
