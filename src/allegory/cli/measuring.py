"""The options of verbs that measure: which measures, and how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import tyro

from allegory.cli.parse import at_least, names
from allegory.errors import unknown
from allegory.tools.requires import MEASURES

__all__ = ["Measuring", "groups_of_measures"]


@dataclass(frozen=True)
class Measuring:
    """Which measures, and how."""

    measure: Annotated[tuple[str, ...], tyro.conf.arg(metavar="GROUP ...")] = ()
    """groups of measures; by default all that the model and the data allow."""
    examples: int = 2_000
    """held-out examples at most."""
    samples: int = 5_000
    """examples to generate, and held-out ones at most to compare them with."""
    draws: int = 64
    """importance samples an example for the bound on the likelihood."""
    features: str = "default"
    """what samples are compared by: default (a network trained once on the data's training split),
    pixels, inception, the folder of a run whose model encodes, or a .npz file with the arrays real
    and generated."""
    truncation: float | None = None
    """draw each latent of the samples within this many standard deviations: less gives more
    typical and less varied ones."""
    weights: Literal["best", "last", "raw"] = "best"
    """averaged ones at the best held-out loss, the last averaged ones, or the raw ones."""
    seed: int = 0
    """of draws and samples."""
    group: Annotated[tuple[str, ...], tyro.conf.arg(metavar="COLUMN ...")] = ()
    """columns of the data, such as of metadata.csv, whose groups are compared; several are
    crossed, numbers are cut at their quantiles."""
    bins: int = 5
    """groups at most of a column of numbers."""
    positive: str | None = None
    """the class that is looked for, in true- and false-positive rates of groups; by default the
    second of two."""

    def __post_init__(self) -> None:
        """Raise a UserError where a number is too small, or a measure is not known."""
        at_least(1, examples=self.examples, draws=self.draws)
        at_least(2, samples=self.samples, bins=self.bins)
        for name in names(self.measure):
            if name not in MEASURES:
                raise unknown("measure", name, MEASURES)

    def keywords(self) -> dict[str, Any]:
        """What `api.evaluate` and `api.compare` take."""
        lists = {"measures": names(self.measure) or None, "group": names(self.group)}
        return {k: v for k, v in vars(self).items() if k != "measure"} | lists


def groups_of_measures() -> str:
    """The groups of measures, with what their time grows with, for the help."""
    return "Groups of measures, with what their time grows with:\n\n" + "\n\n".join(
        f"    {name}: {measure.asks} ({measure.cost})" for name, measure in MEASURES.items()
    )
