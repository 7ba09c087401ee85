"""What a model scores on held-out examples: what its capabilities allow."""

from __future__ import annotations

import math
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Generator, Tensor

from allegory.capabilities import Decodes, Encodes, Model, Scores
from allegory.errors import UserError
from allegory.measures.estimate import Estimate, estimate
from allegory.measures.reconstruction import psnr, squared_errors
from allegory.media import Images, Media, describe
from allegory.objectives.likelihood import bits_per_dimension
from allegory.progress import track

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
        number of "draws"; the interval is of the mean, at 95 %.

    Raises:
        UserError: there are no examples.
    """
    if not len(data):
        raise UserError(f"'{data.name}' has no examples to evaluate on.")
    began = time.monotonic()
    parts: dict[str, list[Tensor]] = {}
    with track("evaluating", len(data)) as advance:
        for start in range(0, len(data), BATCH):
            rows = np.arange(start, min(start + BATCH, len(data)))
            for name, values in of_batch(model, data, rows, draws, rng).items():
                parts.setdefault(name, []).append(values)
            advance(len(rows))
    found = {name: torch.cat(values) for name, values in parts.items()}
    discrete = isinstance(model, Scores) and model.discrete
    result = summary(found, data, draws, discrete)
    result["seconds"] = round(time.monotonic() - began, 1)
    return result


def summary(found: dict[str, Tensor], data: Dataset, draws: int, discrete: bool) -> dict[str, Any]:
    """Means and intervals of what was found of each example."""
    result: dict[str, Any] = {"n": len(data), "data": data.name, "media": describe(data.media)}
    if "mse" in found:
        error = estimate(found["mse"])
        result["reconstruction"] = asdict(error)
        if isinstance(data.media, Images):
            result["reconstruction"]["psnr_db"] = psnr(error.mean)
    for part, name in (
        ("elbo", "negative_elbo"),
        ("bound", "negative_bound"),
        ("density", "negative_log_density"),
    ):
        if part in found:
            result[name] = nats(found[part], data.media, discrete)
    if "bound" in found:
        result["negative_bound"]["draws"] = draws
    return result


def of_batch(
    model: Model, data: Dataset, rows: NDArray[np.int64], draws: int, rng: Generator
) -> dict[str, Tensor]:
    """What can be measured of each of these examples, (n,) each."""
    x = data.take(rows, rng=rng)
    found: dict[str, Tensor] = {}
    if isinstance(model, Encodes) and isinstance(model, Decodes):
        again = model.decode(model.encode(x).mean)
        found["mse"] = squared_errors(x, again, data.media)
    if isinstance(model, Scores):
        found["elbo"] = model.log_prob(x, rng=rng)
        if model.density == "lower bound":
            found["bound"] = model.log_prob(x, rng=rng, draws=draws)
    if data.log_density is not None:
        found["density"] = torch.from_numpy(np.asarray(data.log_density(x.double().numpy())))
    return found


def nats(log_prob: Tensor, media: Media, discrete: bool) -> dict[str, float]:
    """A mean negative log-likelihood, its interval, and its bits per value for pictures."""
    found: Estimate = estimate(-log_prob)
    values = math.prod(media.shape)
    scores = {"nats": found.mean, "low": found.low, "high": found.high}
    if isinstance(media, Images):
        bits = bits_per_dimension(-found.mean, values, density=not discrete)
        scores["bits_per_dimension"] = bits
    return scores
