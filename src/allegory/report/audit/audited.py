"""What an audit found: all that its page is made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allegory.capabilities import Decodes
from allegory.media import Images

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from allegory.data.check_report import Report
    from allegory.data.dataset import Dataset
    from allegory.measures.balance import Balance
    from allegory.measures.clusters import Cluster
    from allegory.measures.duplicates import Pairs
    from allegory.measures.suspects import Suspects
    from allegory.tools.outliers import Detector, Found
    from allegory.tools.spread import Direction

__all__ = ["Audited", "Strange"]


@dataclass(frozen=True)
class Strange:
    """How strange each of n examples is to the model."""

    detector: Detector | None
    """None where too few examples are held out to say what is usual."""
    found: Found | None
    """What it says of the examples."""
    order: NDArray[np.int64]
    """(n,): rows, the strangest first."""
    errors: NDArray[np.float64] | None
    """(n,): where there is no detector, the mean squared error of each reconstruction."""


@dataclass(frozen=True)
class Audited:
    """A data set as a model sees it."""

    data: Dataset
    check: Report
    model: Any
    codes: NDArray[np.float32]
    """(n, latents)"""
    balance: Balance
    mapped: NDArray[np.int64]
    """(m,): rows on the map."""
    places: NDArray[np.float64]
    """(m, 2) in [0, 1]"""
    directions: Sequence[Direction]
    clusters: Sequence[Cluster]
    strange: Strange
    pairs: Pairs
    suspects: Mapping[str, Suspects | None]
    """By column; None where its classes are too small."""
    seen_by: str
    """The model, in words."""
    features: str
    """What pairs and suspects are compared by, in words."""

    @property
    def pictures(self) -> Images | None:
        """The media of pictures; None for vectors."""
        return self.data.media if isinstance(self.data.media, Images) else None

    @property
    def decodes(self) -> bool:
        """Whether the model shows what a code stands for."""
        return isinstance(self.model, Decodes)

    def name(self, row: int) -> str:
        """What an example is called: its file, or its row."""
        names = self.data.columns.get("file_name")
        place = int(self.data.rows[row])
        return f"row {place:,}" if names is None else str(names.values[place])
