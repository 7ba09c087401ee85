"""Sweep: a line."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allegory.api.measuring import evaluate
from allegory.data.open import open_data
from allegory.recipes.settings import Run, change
from allegory.recipes.table import recipe as named
from allegory.runs.inputs import from_anywhere
from allegory.runs.sweep import SweepFolder, chosen_folder, vary
from allegory.runs.sweep_play import play_sweep

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from allegory.runs.sweep_play import Swept

__all__ = ["resume_sweep", "sweep", "sweep_run"]


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
