"""An outlier detector in the shape of scikit-learn's: a small VAE of rows of numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import torch
from sklearn.base import BaseEstimator, OutlierMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from allegory.data.dataset import Dataset
from allegory.media import Vectors
from allegory.recipes.settings import change
from allegory.recipes.table import recipe
from allegory.tools.outliers import check_share, fit_detector
from allegory.tools.running import BATCH
from allegory.training.trainer import Trainer

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from allegory.tools.outliers import Detector

    Floats = NDArray[np.float64]

__all__ = ["OutlierDetector"]

HELD_OUT = 1 / 3
"""Share of the rows that tell what is usual, and calibrate the threshold."""
LEAST = 8
"""Rows that can be learned from at all; hundreds make sense."""
FARTHEST = 1e15
"""Spreads from the centre beyond which all is equally far: float32 holds the squares."""


class OutlierDetector(OutlierMixin, BaseEstimator):  # type: ignore[misc]
    """Finds rows that do not belong, by a variational autoencoder of those that do.

    The threshold is calibrated on a sixth of the rows that nothing else is learned from, so that
    of new normal rows about a share `false_alarms` is flagged. How many outliers there are need
    not be known: where there are none, a batch may have none.

    Attributes:
        detector_: what was learned; see `allegory.tools.outliers.Detector`.
        offset_: `score_samples` below which a row is an outlier. Where so few rows can't calibrate
            so few false alarms (it takes 6 / false_alarms rows), that of the strangest of them.
        n_features_in_: columns.
        feature_names_in_: their names, where `fit` was given some.
    """

    detector_: Detector
    offset_: float

    def __init__(
        self,
        *,
        false_alarms: float = 0.05,
        latents: int | None = None,
        network: Literal["tiny", "small", "base"] = "tiny",
        images: int = 50_000,
        random_state: Any = None,
    ) -> None:
        """Nothing is learned yet.

        Args:
            false_alarms: share of normal rows that may be flagged, in (0, 1).
            latents: of the VAE; by default half as many as columns, 16 at most.
            network: its size.
            images: rows to see in training, repeats counted.
            random_state: an int for the same result each time, a RandomState, or None.
        """
        self.false_alarms = false_alarms
        self.latents = latents
        self.network = network
        self.images = images
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Learn what is normal from X (n, columns), in which a few outliers do little harm.

        Args:
            X: rows of finite numbers, at least 8.
            y: not looked at.
        """
        check_share(self.false_alarms)
        x = validate_data(self, X, dtype=np.float64, ensure_min_samples=LEAST)
        seed = int(check_random_state(self.random_state).randint(np.iinfo(np.int32).max))
        order = np.random.default_rng(seed).permutation(len(x))
        cut = max(4, round(HELD_OUT * len(x)))
        held_out, known = np.sort(order[:cut]), np.sort(order[cut:])
        # the deviation of a constant column is not always 0, but for rounding
        varies = np.ptp(x[known], axis=0) > 0
        self._centre, self._scale = x[known].mean(0), np.where(varies, x[known].std(0), 1.0)
        rows = self._rows(x)
        train = rows.select(known)
        model = self._train(train, seed)
        self.detector_ = fit_detector(
            model, train, rows.select(held_out), false_alarms=self.false_alarms, seed=seed
        )
        found = self.detector_.threshold
        calibration = self.detector_.calibration[self.detector_.score]
        self.offset_ = -(found if math.isfinite(found) else float(calibration.max()))
        return self

    def score_samples(self, X: ArrayLike) -> Floats:
        """How normal each row of X (n, columns) is, (n,): higher is more normal, at most 0."""
        check_is_fitted(self)
        x = validate_data(self, X, dtype=np.float64, reset=False)
        # whole batches, so that rounding does not depend on how many rows are asked about
        whole = np.zeros((-(-len(x) // BATCH) * BATCH, x.shape[1]))
        whole[: len(x)] = x
        found = self.detector_.judge(self._rows(whole), scores=())
        return -found.scores[self.detector_.score].numpy()[: len(x)]

    def decision_function(self, X: ArrayLike) -> Floats:
        """`score_samples` less the threshold, (n,): negative for outliers."""
        return self.score_samples(X) - self.offset_

    def predict(self, X: ArrayLike) -> NDArray[np.int64]:
        """1 for each row of X (n, columns) that belongs, -1 for each that does not: (n,)."""
        return np.where(self.decision_function(X) < 0, -1, 1)

    def _train(self, train: Dataset, seed: int) -> Any:
        """A VAE of these rows; neither torch's generator nor anything else is changed."""
        columns = train.media.shape[0]
        fields = {
            "latents": self.latents or max(1, min(16, -(-columns // 2))),
            "network": self.network,
            "images": self.images,
            "batch": 64,
            "evaluations": 1,
            "seed": seed,
            "device": "cpu",
        }
        run = change(recipe("vae"), fields)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            trainer = Trainer(run.game.build(train), train, None, run.training, shown=False)
            trainer.play()
        return trainer.average.model

    def _rows(self, x: Floats) -> Dataset:
        """Rows as a data set, in units of their spread."""
        columns = x.shape[1]
        store = ((x - self._centre) / self._scale).clip(-FARTHEST, FARTHEST).astype(np.float32)
        media = Vectors((0.0,) * columns, (1.0,) * columns)
        return Dataset("rows", media, store, np.arange(len(store)))
