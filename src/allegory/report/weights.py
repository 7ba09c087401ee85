"""By which weights a run drew its examples: how uneven, which most and least, what that moved."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from allegory.capabilities import Classifies
from allegory.measures.balance import shares
from allegory.measures.rarity import effective_size
from allegory.media import Images
from allegory.report.curves import SHARE, Record
from allegory.report.html import Section, figure
from allegory.report.plots import Series, histogram, plot
from allegory.report.shares import share_table
from allegory.report.ticks import short
from allegory.report.views import show_examples
from allegory.tools.encode import encode_all
from allegory.tools.requires import tools_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from allegory.capabilities import Model
    from allegory.data.dataset import Dataset

    Floats = NDArray[np.float64]

__all__ = ["weights_section"]

SHOWN, COLUMNS = 24, 12
"""Examples that weigh most, and as many that weigh least."""
ENCODED = 3_000
"""Examples whose codes are counted, at most."""
LATENTS, BINS = 6, 24
"""Latents whose histograms are shown, those that weighting moves most, and bars of each."""
POINTS = 100


def weights_section(
    weights: NDArray[np.float32] | None, model: Model, train: Dataset, curves: Sequence[Record]
) -> Section | None:
    """What the weights (n,) of the training examples did; None where they are not of these."""
    if weights is None or len(weights) != len(train):
        return None
    w = weights.astype(np.float64) / weights.mean()
    drawn = effective_size(w) / len(w)
    never = f" {int((w == 0).sum()):,} are never drawn." if (w == 0).any() else ""
    body = f'<div class="plots">{_concentration(w)}{_over_training(curves)}</div>'
    body += _extremes(w, train) + _latents(w, model, train)
    moved = shares(train.table(), w)
    if moved:
        body += (
            "<h3>What is drawn of each group</h3>"
            + share_table(moved, "of the data", "of the draws")
            + '<p class="note">Columns are known to this page. Training knew none of them but the '
            "label that it learns: a group is drawn more often where its examples are rarer, or "
            "more often missed. That says what the run saw, not whether it serves groups equally "
            "well: 'allegory evaluate --group' measures that.</p>"
        )
    return Section(
        "Weights",
        f"This run draws some of its {len(w):,} training examples more often than others. In the "
        f"last epoch the most likely was drawn {short(float(w.max()))} times as often as the "
        f"average, the least likely {short(float(w.min()))} times.{never} In precision the draws "
        f"are worth {drawn:.0%} of as many examples, all different.",
        body,
    )


def _concentration(w: Floats) -> str:
    """Which part of the draws falls on which part of the examples."""
    ordered = np.sort(w)[::-1]
    places = np.unique(np.linspace(0, len(w), POINTS + 1).astype(int))
    sums = np.concatenate([[0.0], np.cumsum(ordered)]) / ordered.sum()
    x = (places / len(w)).tolist()
    curve = plot(
        [Series("evenly", [0, 1], [0, 1], "line", -1), Series("drawn", x, sums[places].tolist())],
        title="Share of the draws over share of the examples",
        x_label="examples, the most drawn first",
        y_label="draws",
        x_range=(0.0, 1.0),
        y_range=(0.0, 1.0),
    )
    half = float(np.searchsorted(sums, 0.5)) / len(w)
    caption = f"half of the draws are of {half:.0%} of the examples"
    return f"<figure>{curve}<figcaption>{caption}</figcaption></figure>"


def _over_training(curves: Sequence[Record]) -> str:
    """The part of the examples that the draws were worth, over the images seen."""
    found = [(r["images"], r["rates"][SHARE]) for r in curves if SHARE in r.get("rates", {})]
    if not found:
        return ""
    x, y = [float(x) for x, _ in found], [float(y) for _, y in found]
    drawn = plot(
        [Series("", x, y)],
        title="Effective share over images seen",
        x_label="images seen",
        x_range=(0.0, x[-1]),
        y_range=(0.0, 1.0),
    )
    caption = "effective share: what the draws are worth (Kish 1965)"
    return f"<figure>{drawn}<figcaption>{caption}</figcaption></figure>"


def _extremes(w: Floats, train: Dataset) -> str:
    """Pictures of the examples that weigh most and least; those that tie at random."""
    if not isinstance(train.media, Images) or w.min() == w.max():
        return ""
    mixed = np.random.default_rng(0).permutation(len(w))
    order = mixed[np.argsort(-w[mixed], kind="stable")]
    found = ""
    for name, rows in (("largest", order[:SHOWN]), ("smallest", order[::-1][:SHOWN])):
        body = show_examples(
            train.take(rows), train.media, f"Examples of the {name} weights", columns=COLUMNS
        )
        found += figure(
            body,
            f"The {name} weights: {_times(w[rows])} the average.",
        )
    return found


def _times(w: Floats) -> str:
    ends = short(float(w.max())), short(float(w.min()))
    return f"{' to '.join(dict.fromkeys(ends))} times"


def _latents(w: Floats, model: Model, train: Dataset) -> str:
    """Histograms of the latents, each example once and as it weighs."""
    if "encode" not in tools_for(model):
        return ""
    rows = _weighed_apart(w, model, train)
    if len(rows) < 2:
        return ""
    if len(rows) > ENCODED:
        rows = np.sort(np.random.default_rng(0).permutation(rows)[:ENCODED])
    encoder: Any = model
    codes, _ = encode_all(encoder, train.select(rows))
    z, some = codes.astype(np.float64), w[rows]
    if some.sum() == 0:
        return ""
    weighed = some / some.sum()
    spread = np.sqrt(np.average((z - z.mean(0)) ** 2, axis=0, weights=weighed))
    change = np.abs(np.log((spread + 1e-9) / (z.std(0) + 1e-9)))
    plots = [
        f"<figure>{_histogram(z[:, j], some, j)}<figcaption>latent z{j}</figcaption></figure>"
        for j in np.argsort(-change, kind="stable")[:LATENTS]
    ]
    return (
        "<h3>Latents, before and after</h3>"
        f'<div class="plots">{"".join(plots)}</div>'
        f'<p class="note">Codes of {len(rows):,} examples that are weighed apart: as they are in '
        "the data, and as they are drawn. Where weighting works the second is wider and flatter. "
        "The latents whose spread changes most come first.</p>"
    )


def _weighed_apart(w: Floats, model: Model, train: Dataset) -> NDArray[np.int64]:
    """Rows of the classes within which weights differ; of all where the model has no classes."""
    if not isinstance(model, Classifies) or model.label not in train.columns:
        return np.arange(len(w))
    classes = train.table()[model.label].values
    apart = [k for k in np.unique(classes) if np.ptp(w[classes == k]) > 0]
    return np.flatnonzero(np.isin(classes, apart))


def _histogram(z: Floats, w: Floats, j: int) -> str:
    low, high = (float(q) for q in np.quantile(z, (0.001, 0.999)))
    high = high if high > low else low + 1.0
    bars = partial(histogram, z.tolist(), low=low, high=high, bins=BINS)
    return plot(
        [bars(name="data", colour=-1), bars(name="drawn", colour=0, weights=w.tolist())],
        title=f"Latent z{j} in the data and as drawn",
        x_label=f"z{j}",
        y_label="density",
    )
