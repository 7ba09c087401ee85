"""Outlier detection: which examples a model that knows what is normal takes for strange."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from allegory.errors import UserError, unknown
from allegory.measures.outliers import p_values, threshold
from allegory.progress import track
from allegory.tools.encode import plain_values
from allegory.tools.requires import lacking, require
from allegory.tools.running import BATCH, home
from allegory.tools.strangeness import COMBINED, SCORES, Look, possible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from allegory.data.dataset import Dataset

__all__ = [
    "Detector",
    "Found",
    "check_share",
    "chosen_scores",
    "fit_detector",
    "normal_parts",
    "outlier_table",
]

HELD_OUT = 5_000
"""Held-out normal examples that are used, at most."""
FEWEST = 4
"""Held-out normal examples that it takes at least; hundreds make sense."""
UNUSUAL = 1e-4
"""Least mean squared error of a pixel that is taken for usual, in [0, 1]: a hundredth of the
range."""


@dataclass(frozen=True)
class Found:
    """What a detector says of n examples."""

    scores: dict[str, Tensor]
    """(n,) float64 each: higher is stranger."""
    p: Tensor
    """(n,): the chance that a normal example is as strange, by the chosen score."""
    outlier: Tensor
    """(n,) bool: strange beyond the threshold."""


@dataclass(frozen=True)
class Detector:
    """A model, with what is normal to it."""

    model: Any
    score: str
    """The score that decides."""
    false_alarms: float
    """Share of normal examples that are taken for outliers, on average."""
    seed: int
    """Of the draws of a bound."""
    states: dict[str, dict[str, Tensor]]
    """What each score has learned of normal examples."""
    calibration: dict[str, Tensor]
    """(m,) float64 each: scores of held-out normal examples that nothing was learned from."""
    usual_error: Tensor | None
    """(height, width): root-mean-square error of normal pictures, pixel by pixel."""

    @property
    def threshold(self) -> float:
        """The score above which an example is an outlier.

        Infinite where the calibration examples are too few for so few false alarms.
        """
        return threshold(self.calibration[self.score], self.false_alarms)

    @torch.inference_mode()
    def judge(
        self, data: Dataset, scores: Sequence[str] | None = None, *, shown: bool = False
    ) -> Found:
        """Judge every shown example of a data set.

        Args:
            data: as the model reads it.
            scores: those to tell beside the one that decides; None for all that were calibrated.
            shown: whether to show progress.
        """
        names = [n for n in self.calibration if scores is None or n in {*scores, self.score}]
        values = scored(self.model, data, names, self.states, self.seed, shown)
        p = p_values(values[self.score], self.calibration[self.score])
        return Found(values, p, values[self.score] > self.threshold)

    @torch.inference_mode()
    def scores_of(self, x: Tensor) -> Tensor:
        """The score that decides of x (n, *media.shape) in the media's range: (n,) float64."""
        device = home(self.model)
        rng = torch.Generator().manual_seed(self.seed)
        parts = [
            Look(self.model, part.to(device), self.states, rng) for part in torch.split(x, BATCH)
        ]
        return torch.cat([look.score(self.score) for look in parts])

    @torch.inference_mode()
    def error_map(self, x: Tensor) -> Tensor | None:
        """Where pictures x (n, *media.shape) are strange: (n, height, width).

        The root-mean-square error over channels in that of normal pictures at this pixel: 1 is
        usual. None where the model does not reconstruct pictures.
        """
        if self.usual_error is None:
            return None
        device = home(self.model)
        looks = (Look(self.model, part.to(device), {}, 0) for part in torch.split(x, BATCH))
        errors = torch.cat([look.residual.square().mean(1) for look in looks])
        return errors.sqrt() / self.usual_error


def fit_detector(
    model: Any,
    known: Dataset,
    held_out: Dataset,
    *,
    score: str = COMBINED,
    false_alarms: float = 0.05,
    seed: int = 0,
    shown: bool = False,
) -> Detector:
    """Learn what is normal to a model; no outlier is needed, nor how many there are.

    Half of the held-out examples tells what scores are usual, the other half calibrates the
    threshold: what was learned from can't say how often it gives a false alarm.

    Args:
        model: scores, encodes or discriminates.
        known: normal examples that it has learned from.
        held_out: normal examples that it has not.
        score: the one that decides: a name of `SCORES`.
        false_alarms: share of normal examples that may be taken for outliers, in (0, 1).
        seed: of which half an example is in, and of draws.
        shown: whether to show progress.

    Raises:
        UserError: the model can't tell, or not by this score; there are too few examples.
    """
    require(model, "outliers")
    names = chosen_scores(model, score)
    check_share(false_alarms)
    if len(held_out) < FEWEST:
        raise UserError(
            f"{len(held_out)} held-out examples can't tell what is normal: it takes {FEWEST} that "
            "the model did not learn from."
        )
    order = np.random.default_rng(seed).permutation(len(held_out))[:HELD_OUT]
    learned, calibrating = (held_out.select(np.sort(half)) for half in np.array_split(order, 2))
    states = {
        name: SCORES[name].learn(model, known, seed)  # type: ignore[misc]
        for name in names
        if SCORES[name].learn is not None
    }
    usual_error = settle(model, learned, names, states, seed)
    calibration = scored(model, calibrating, names, states, seed, shown)
    return Detector(model, score, false_alarms, seed, states, calibration, usual_error)


def check_share(false_alarms: float) -> None:
    """Raise a UserError unless this can be a share of false alarms."""
    if not 0 < false_alarms < 1:
        raise UserError(f"the share of false alarms must lie in (0, 1) (given: {false_alarms:g}).")


def chosen_scores(model: Any, score: str) -> tuple[str, ...]:
    """The scores to calibrate: the usual ones that the model can have, and the one that decides.

    Raises:
        UserError: there is no such score, or the model can't have it.
    """
    if score not in SCORES:
        raise unknown("score", score, SCORES)
    reasons = possible(model)
    if reasons[score] is not None:
        raise UserError(f"the score '{score}' can't be had: {reasons[score]}.")
    return tuple(
        name
        for name, s in SCORES.items()
        if name == score or (reasons[name] is None and not s.slow)
    )


@torch.inference_mode()
def settle(
    model: Any,
    data: Dataset,
    names: Sequence[str],
    states: dict[str, dict[str, Tensor]],
    seed: int,
) -> Tensor | None:
    """Let scores learn what is usual from held-out normal examples: `states` is added to.

    Returns:
        The usual error of each pixel, (height, width); None where pictures aren't reconstructed.
    """
    pictures = len(data.media.shape) > 1 and lacking(model, ("Encodes", "Decodes")) is None
    looks, total = [], torch.zeros(data.media.shape[1:], dtype=torch.float64)
    for look in looks_at(model, data, states, seed):
        for name in names:
            reads = SCORES[name].reads
            if SCORES[name].settle is None and not SCORES[name].slow:
                look.score(name)  # kept, for those that settle by it
            elif reads is not None:
                reads(look)
        if pictures:
            total += look.residual.square().mean(1).sum(0).double()
        look.forget()
        looks.append(look)
    for name in names:
        settling = SCORES[name].settle
        if settling is not None:
            states[name] = settling(looks)
    return (total / len(data) + UNUSUAL).sqrt().float() if pictures else None


@torch.inference_mode()
def scored(
    model: Any,
    data: Dataset,
    names: Sequence[str],
    states: Mapping[str, dict[str, Tensor]],
    seed: int,
    shown: bool,
) -> dict[str, Tensor]:
    """These scores of every shown example, (n,) float64 each."""
    found: dict[str, list[Tensor]] = {name: [] for name in names}
    with track("looking for outliers", len(data), shown=shown) as advance:
        for look in looks_at(model, data, states, seed):
            for name, values in found.items():
                values.append(look.score(name))
            advance(len(look.x))
    return {name: torch.cat(values) for name, values in found.items()}


def looks_at(
    model: Any, data: Dataset, states: Mapping[str, dict[str, Tensor]], seed: int
) -> Iterator[Look]:
    """Looks at all shown examples, a batch at a time."""
    rng = torch.Generator().manual_seed(seed)
    for start in range(0, len(data), BATCH):
        rows = np.arange(start, min(start + BATCH, len(data)))
        yield Look(model, data.take(rows, device=home(model), rng=rng), states, rng)


def outlier_table(data: Dataset, found: Found, score: str) -> dict[str, NDArray[np.generic]]:
    """A table of columns, (n,) each, the most unusual example first.

    `row` is the example's row in the store, then come the text columns (file names), `outlier`
    ("yes" or "no"), `p_value`, the score that decides, the others, and what else is known.
    """
    columns = data.table()
    table: dict[str, NDArray[np.generic]] = {"row": data.rows}
    table |= {name: plain_values(c) for name, c in columns.items() if c.kind == "text"}
    table["outlier"] = np.where(found.outlier.numpy(), "yes", "no")
    table["p_value"] = found.p.numpy()
    table |= {name: found.scores[name].numpy() for name in (score, *found.scores)}
    for name, column in columns.items():
        if column.kind != "text":
            table[f"{name} (data)" if name in table else name] = plain_values(column)
    order = np.argsort(-found.scores[score].numpy(), kind="stable")
    return {name: values[order] for name, values in table.items()}


def normal_parts(data: Dataset) -> tuple[Dataset, Dataset]:
    """The training split of a data set, and what is held out of it: validation and test."""
    held: list[NDArray[np.int64]] = [
        data.splits.get(n, np.array([], np.int64)) for n in ("validation", "test")
    ]
    rows = np.concatenate(held)
    return data.split("train"), data.select(np.flatnonzero(np.isin(data.rows, rows)))
