"""Balancing a source by a run's codes: weights, a subset drawn by them, or thin regions filled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from allegory.data.named import source_name
from allegory.errors import UserError, unknown
from allegory.measures.balance import Balance, balance, balanced_subset, shares
from allegory.measures.rarity import ALPHA, CAP, effective_size
from allegory.progress import say, track
from allegory.report.subset import MADE, require_subset, write_subset
from allegory.runs.inputs import open_for
from allegory.tools.concern import concern
from allegory.tools.encode import check_table, encode_all, known_table, write_table
from allegory.tools.fill import Filled, fill
from allegory.tools.requires import require

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from allegory.capabilities import Model
    from allegory.data.dataset import Column, Dataset
    from allegory.measures.balance import Density
    from allegory.recipes.settings import Run

__all__ = ["BalanceOptions", "Balanced", "balance_source"]


@dataclass(frozen=True)
class BalanceOptions:
    """How examples are weighed, and what is made of it."""

    within: str | None = None
    """Column of categories, in each of which rarity is looked at by itself."""
    density: Density = "kernel"
    alpha: float = ALPHA
    cap: float = CAP
    select: int | None = None
    generate: int | None = None
    seed: int = 0


@dataclass(frozen=True)
class Balanced:
    """What became of a source."""

    table: dict[str, NDArray[np.generic]]
    """Of every example: "row", file names, "weight" of mean 1, "rarity" in 0..1, what is known."""
    summary: dict[str, Any]
    """JSON values: what the command line prints."""


@dataclass(frozen=True)
class Weighed:
    """Examples, their codes and their weights."""

    data: Dataset
    codes: NDArray[np.float32]
    """(n, latents)"""
    about: NDArray[np.bool_]
    """(n,): whether codes are about an example."""
    groups: Column | None
    """Categories that rarity is looked at within."""
    found: Balance

    def places(self) -> NDArray[np.int64] | None:
        """The group of each example, (n,)."""
        return None if self.groups is None else self.groups.values.astype(np.int64)


def balance_source(
    run: Run, model: Model, source: str | None, out: Path | None, options: BalanceOptions
) -> Balanced:
    """Weigh every example of a source by how rare it is, and write what was asked for.

    Args:
        run: of the model.
        model: encodes; decodes as well where examples are to be generated.
        source: as `open_for` takes it.
        out: a table (.csv, .npz, .parquet) of weights or of the selected examples; a folder or
            .npz file for examples themselves; None: nothing is written.
        options: see there.

    Raises:
        UserError: the model can't, an option is out of its range, or nothing can be written there.
    """
    encoder = require(model, "balance" if options.generate is None else "fill thin regions")
    data = open_for(run, model.media, source)
    groups = None if options.within is None else _groups(data, options.within)
    tabled = _goes_to_table(data, out, options)
    weighed = weigh(encoder, data, groups, options)
    found = weighed.found
    table = known_table({"weight": found.weights, "rarity": found.rarity}, data)
    chosen, counts = np.arange(len(data)), found.weights
    if options.select is not None:
        chosen = balanced_subset(found.weights, options.select, options.seed)
        counts = np.bincount(chosen, minlength=len(data)).astype(np.float64)
    own = run.data.negatives is None or data.name != source_name(run.data.source)
    if options.generate is not None:
        made = _fill(encoder, weighed, chosen, options)
        # a new example is taken for the one that it was made beside
        every = np.concatenate([chosen, made.origins])
        counts = np.bincount(every, minlength=len(data)).astype(np.float64)
        if out is not None:
            _write_filled(weighed, chosen, made, out, options, originals=own)
    elif out is not None and tabled:
        write_table({name: column[chosen] for name, column in table.items()}, out)
    elif out is not None:
        shown = data.select(chosen)
        write_subset(shown, known_table({}, shown), out, originals=own)
    return Balanced(table, _summary(weighed, counts, options))


def weigh(model: Any, data: Dataset, groups: Column | None, options: BalanceOptions) -> Weighed:
    """Encode examples and weigh them, with progress; those that codes are not about weigh 1."""
    codes, _ = encode_all(model, data, shown=True)
    about = concern(model, data)
    ours = np.isin(data.rows, about.rows)
    rows = np.flatnonzero(ours)
    if len(rows) < len(data):
        say(f"the codes of this model are about {about.name}: the others have the weight 1.")
    places = None if groups is None else groups.values.astype(np.int64)[rows]
    with track("looking for what is alike", len(rows)) as advance:
        part = balance(
            codes[rows].astype(np.float64),
            places,
            density=options.density,
            alpha=options.alpha,
            cap=options.cap,
            advance=advance,
        )
    found = Balance(np.ones(len(data)), np.full(len(data), 0.5))
    found.weights[rows], found.rarity[rows] = part.weights, part.rarity
    return Weighed(data, codes, ours, groups, found)


def _groups(data: Dataset, name: str) -> Column:
    """The column, if it has categories.

    Raises:
        UserError: there is no such column, or it has none.
    """
    if name not in data.columns:
        raise unknown("column", name, data.columns)
    column = data.table()[name]
    if column.kind != "category":
        raise UserError(
            f"--within takes a column of categories, and '{name}' holds {column.kind}."
        )
    return column


def _goes_to_table(data: Dataset, out: Path | None, options: BalanceOptions) -> bool:
    """Whether the output is a table; what can't be written is told before any work.

    Raises:
        UserError: see there.
    """
    if options.select is not None and not 1 <= options.select <= len(data):
        raise UserError(
            f"--select must be from 1 to {len(data):,}, as many as there are (given: "
            f"{options.select:,})."
        )
    if options.generate is not None and options.generate < 1:
        raise UserError(f"--generate must be 1 or more (given: {options.generate}).")
    if out is None:
        return True
    if options.generate is None and out.suffix and not out.is_dir():
        check_table(out)
        return True
    if options.generate is None and options.select is None:
        raise UserError(
            f"weights are written as a table, such as weights.csv: '{out}' is a folder, which "
            "takes the examples of --select or --generate."
        )
    require_subset(out, data)
    return False


def _fill(
    model: Any, weighed: Weighed, chosen: NDArray[np.int64], options: BalanceOptions
) -> Filled:
    """New examples beside chosen ones of the training split that codes are about.

    None comes near a held-out one.
    """
    data, places = weighed.data, weighed.places()
    train = np.isin(data.rows, data.splits.get("train", data.rows))
    of = chosen[(train & weighed.about)[chosen]]
    made = fill(
        model,
        weighed.codes[of],
        weighed.found.weights[of],
        options.generate or 0,
        None if places is None else places[of],
        seed=options.seed,
    )
    return Filled(made.x, of[made.origins])


def _write_filled(
    weighed: Weighed,
    chosen: NDArray[np.int64],
    made: Filled,
    out: Path,
    options: BalanceOptions,
    *,
    originals: bool,
) -> None:
    """Write the chosen examples, and those that were made: of them group and split are known."""
    shown, n = weighed.data.select(chosen), len(made.x)
    table = known_table({}, shown) | {"split": _splits(shown)}
    new = {name: np.full(n, "" if c.dtype.kind == "U" else np.nan) for name, c in table.items()}
    new["split"] = np.full(n, "train")
    if options.within is not None:
        new[options.within] = known_table({}, weighed.data.select(made.origins))[options.within]
    whole = {name: np.concatenate([column, new[name]]) for name, column in table.items()}
    # some may have been made before
    before = table[MADE].astype(np.str_) == "yes" if MADE in table else np.zeros(len(shown), bool)
    whole[MADE] = np.where(np.concatenate([before, np.ones(n, bool)]), "yes", "no")
    write_subset(shown, whole, out, made=made.x, originals=originals)


def _splits(data: Dataset) -> NDArray[np.str_]:
    """The split of every shown example; "train" for all where there are none."""
    found = np.full(len(data), "train", dtype="U10")
    for name, rows in data.splits.items():
        found[np.isin(data.rows, rows)] = name
    return found


def _summary(
    weighed: Weighed, counts: NDArray[np.float64], options: BalanceOptions
) -> dict[str, Any]:
    data, weights = weighed.data, weighed.found.weights
    moved = {
        name: {
            group: [float(a), float(b)]
            for group, a, b in zip(s.names, s.before, s.after, strict=True)
        }
        for name, s in shares(data.table(), counts).items()
    }
    return {
        "source": data.name,
        "examples": len(data),
        "effective": effective_size(weights),
        "smallest": float(weights.min()),
        "largest": float(weights.max()),
        "skipped": len(data.skipped),
        "within": options.within,
        "selected": options.select,
        "generated": options.generate,
        "shares": moved,
    }
