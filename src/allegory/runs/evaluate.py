"""What a model scores on held-out examples: what its capabilities allow."""

from __future__ import annotations

import math
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Generator, Tensor

from allegory.capabilities import Decodes, Encodes, Model, Predicts, Scores
from allegory.errors import UserError
from allegory.measures.estimate import estimate
from allegory.measures.prediction import r_squared
from allegory.measures.reconstruction import psnr, squared_errors
from allegory.media import Images, Media, describe
from allegory.objectives.likelihood import bits_per_dimension
from allegory.progress import track

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allegory.data.dataset import Dataset

__all__ = ["evaluate"]

BATCH = 250


@torch.inference_mode()
def evaluate(model: Model, data: Dataset, *, draws: int = 64, rng: Generator) -> dict[str, Any]:
    """Measure the model on all examples of the data.

    Args:
        model: anything; what it can't do is not measured.
        data: held-out examples.
        draws: importance samples an example for the bound on log p(x).
        rng: noise of the bound and of binarisation.

    Returns:
        JSON values: "n"; "reconstruction" {mse, psnr_db}; for a model that scores,
        "negative_elbo" and "negative_bound", each {nats, low, high, bits_per_dimension} with the
        number of "draws"; for one that predicts, "prediction" {column: {r2, low, high, rmse, n}}
        of the columns that the data have; the interval is of the mean, at 95 %.

    Raises:
        UserError: there are no examples.
    """
    if not len(data):
        raise UserError(f"'{data.name}' has no examples to evaluate on.")
    began = time.monotonic()
    batches = []
    with track("evaluating", len(data)) as advance:
        for start in range(0, len(data), BATCH):
            rows = np.arange(start, min(start + BATCH, len(data)))
            batches.append(measured(model, data, data.take(rows, rng=rng), draws, rng))
            advance(len(rows))
    found = {name: torch.cat([batch[name] for batch in batches]) for name in batches[0]}
    result: dict[str, Any] = {"n": len(data), "data": data.name, "media": describe(data.media)}
    if "mse" in found:
        result["reconstruction"] = reconstruction(found["mse"], data.media)
    discrete = isinstance(model, Scores) and model.discrete
    for name in ("negative_elbo", "negative_bound", "negative_log_density"):
        if name in found:
            result[name] = nats(found[name], data.media, discrete)
    if "negative_bound" in result:
        result["negative_bound"]["draws"] = draws
    if isinstance(model, Predicts):
        result["prediction"] = predictions(model.columns, found["predicted"], data)
    result["seconds"] = round(time.monotonic() - began, 1)
    return result


def measured(
    model: Model, data: Dataset, x: Tensor, draws: int, rng: Generator
) -> dict[str, Tensor]:
    """What can be measured of each example of a batch x (n, *media.shape): (n,) each."""
    found = {}
    if isinstance(model, Encodes) and isinstance(model, Decodes):
        again = model.decode(model.encode(x).mean)
        found["mse"] = squared_errors(x, again, data.media)
    if isinstance(model, Scores):
        found["negative_elbo"] = -model.log_prob(x, rng=rng)
        if model.density == "lower bound":
            found["negative_bound"] = -model.log_prob(x, rng=rng, draws=draws)
    if isinstance(model, Predicts):
        found["predicted"] = model.predict(x)
    if data.log_density is not None:
        exact = data.log_density(x.double().numpy())
        found["negative_log_density"] = -torch.from_numpy(np.asarray(exact))
    return found


def reconstruction(errors: Tensor, media: Media) -> dict[str, float]:
    """The mean of squared errors, its interval, and decibels for pictures."""
    found = estimate(errors)
    scores = asdict(found)
    if isinstance(media, Images):
        scores["psnr_db"] = psnr(found.mean)
    return scores


def predictions(
    columns: Sequence[str], predicted: Tensor, data: Dataset
) -> dict[str, dict[str, float]]:
    """R² of each of these columns that the data have, as numbers that vary."""
    table, scores = data.table(), {}
    for name, values in zip(columns, predicted.T, strict=True):
        if name in table and table[name].kind == "number":
            score = r_squared(torch.from_numpy(table[name].values), values)
            if score is not None:
                scores[name] = asdict(score)
    return scores


def nats(negative: Tensor, media: Media, discrete: bool) -> dict[str, float]:
    """The mean of negative log-likelihoods, its interval, and bits per value for pictures."""
    found = estimate(negative)
    values = math.prod(media.shape)
    scores = {"nats": found.mean, "low": found.low, "high": found.high}
    if isinstance(media, Images):
        bits = bits_per_dimension(-found.mean, values, density=not discrete)
        scores["bits_per_dimension"] = bits
    return scores
