"""The judge: a classifier, independent of the model, that tells the classes of its samples."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from allegory.models.classifier import Classifier
from allegory.recipes.settings import change
from allegory.recipes.table import recipe
from allegory.runs.inputs import held_out
from allegory.runs.kept import kept, whole
from allegory.tools.running import home, in_batches

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.data.dataset import Dataset
    from allegory.recipes.settings import Run

__all__ = ["Judge", "judge_for"]

EXAMPLES = 10_000
"""Held-out examples at most that the judge is judged on."""


@dataclass(frozen=True)
class Judge:
    """A classifier, and how far its word can be taken."""

    classifier: Classifier
    accuracy: float
    """On test examples; on all where there are none; NaN where no class of them is known."""

    @torch.inference_mode()
    def tell(self, x: Tensor) -> Tensor:
        """The most probable class of each of x (n, *media.shape), as an index, (n,)."""
        tell, at = self.classifier.predict_proba, home(self.classifier)
        return in_batches(lambda part: tell(part).argmax(1), x, at)


def judge_for(data: Dataset, label: str = "label", run: Run | None = None) -> Judge:
    """The judge of a column's categories.

    It is trained on the training split when first asked for, and kept in the cache by content of
    the split, labels and recipe. Training that is interrupted is gone on with.

    Args:
        data: the data set, or any part of it.
        label: name of the column.
        run: another run of the recipe "classifier"; its data settings are not looked at.

    Raises:
        UserError: there is no such column of categories.
        Interrupted: asked to stop.
    """
    train, chosen_on = whole(data)
    run = change(run or recipe("classifier"), {"label": label})
    run.game.blueprint(train)  # a column that can't be learned is told
    column = train.table()[label]
    digest = hashlib.blake2b(np.ascontiguousarray(column.values).data, digest_size=12).hexdigest()
    labels = {"labels": digest, "classes": list(column.names)}
    found = kept(run, train, chosen_on, f"judge of '{label}'", **labels)
    assert isinstance(found, Classifier)
    test = held_out(replace(data, rows=np.arange(len(data.store))), EXAMPLES)
    truth = test.table()[label].values.astype(np.int64)
    told = Judge(found, math.nan).tell(test.take(np.arange(len(test)))).numpy()
    known = truth >= 0
    return Judge(found, float((told == truth)[known].mean()) if known.any() else math.nan)
