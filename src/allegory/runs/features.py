"""The default feature network: trained once on the data's training split, kept in the cache."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from allegory.errors import UserError
from allegory.measures.fidelity.features import Features, encoder_features, plain_features
from allegory.media import Images, Vectors
from allegory.models.features import FeatureNetwork, reduced
from allegory.recipes.settings import change
from allegory.recipes.table import recipe
from allegory.runs.kept import kept, whole

if TYPE_CHECKING:
    from allegory.data.dataset import Dataset
    from allegory.recipes.settings import Run

__all__ = ["features_for"]


EACH, LEAST = 125, 10_000
"""Images that the network learns from: so many times each example, and at least so many."""


def features_for(data: Dataset, run: Run | None = None) -> Features:
    """Features to compare examples of these data by; no labels, nothing from elsewhere.

    For pictures a network that is trained on the training split when first asked for, and kept in
    the cache by content of the split and recipe. Training that is interrupted is gone on with. For
    vectors the standardised values.

    Args:
        data: the data set, or any part of it.
        run: another run of the recipe "features"; its data settings are not looked at.

    Raises:
        UserError: there are fewer than 2 training examples.
        Interrupted: asked to stop.
    """
    media = data.media
    if isinstance(media, Vectors):
        return plain_features(media)
    train, held_out = whole(data)
    if len(train) < 2:
        raise UserError(
            f"'{data.name}' has {len(train)} examples to train a feature network on: at least 2 "
            "are needed; --features pixels needs none."
        )
    if run is None:
        run = recipe("features")
        most = max(LEAST, EACH * len(train))
        run = change(run, {"images": min(run.training.images, most)})
    # a batch that meets an example twice would take it for two
    batch = min(run.training.batch, max(len(train) // 2, 2))
    model = kept(change(run, {"batch": batch}), train, held_out, "feature network")
    assert isinstance(model, FeatureNetwork)
    name = f"self-supervised, trained on {Path(data.name).stem}'s training split"
    found = encoder_features(model, f"{name}, {model.features} numbers")
    small = reduced(media)
    if isinstance(small, Images) and small != media:
        return replace(found, resize=f"area {small.height}x{small.width}")
    return found
