"""Measures of single held-out examples: reconstruction, density, prediction."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import torch

from allegory.measures.classification import BINS, classification
from allegory.measures.estimate import Estimate, estimate
from allegory.measures.prediction import r_squared
from allegory.measures.reconstruction import psnr, squared_errors
from allegory.media import Images
from allegory.objectives.likelihood import bits_per_dimension
from allegory.progress import track
from allegory.runs.measuring.findings import Figure, Findings, figure
from allegory.runs.measuring.subject import batches
from allegory.tools.running import home

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from torch import Generator, Tensor

    from allegory.data.dataset import Column, Dataset
    from allegory.media import Media
    from allegory.runs.measuring.subject import Subject

__all__ = ["basis_of", "classified", "density", "each", "indices", "prediction", "reconstruction"]


@torch.inference_mode()
def each(
    subject: Subject,
    what: str,
    rng: Generator,
    run: Callable[[Tensor], dict[str, Tensor]],
    of: Dataset | None = None,
) -> dict[str, Tensor]:
    """What `run` finds of every example, batch by batch, with progress: (n, ...) each.

    Of the held-out ones, where no others are given.
    """
    data, found = subject.held_out if of is None else of, []
    with track(what, len(data)) as advance:
        for rows in batches(len(data)):
            x = data.take(rows, device=home(subject.model), rng=rng)
            found.append({name: v.cpu() for name, v in run(x).items()})
            advance(len(rows))
    return {name: torch.cat([part[name] for part in found]) for name in found[0]}


def basis_of(subject: Subject) -> dict[str, Any]:
    """What figures of held-out examples rest on."""
    return {"n": len(subject.held_out), "reference": subject.where}


def reconstruction(subject: Subject) -> Findings:
    """How well held-out examples are given back."""
    model, media = subject.model, subject.data.media
    found = each(
        subject,
        "reconstruction",
        subject.rng("reconstruction"),
        lambda x: {"mse": squared_errors(x, model.decode(model.encode(x).mean), media)},
    )
    error = estimate(found["mse"])
    figures = {"mse": figure("squared error a value", error, better="lower")}
    if isinstance(media, Images):
        value, low, high = (psnr(x) for x in (error.mean, error.high, error.low))
        figures["psnr"] = Figure("PSNR of that", value, low, high, "dB", "higher")
    return Findings(basis_of(subject), figures)


BOUNDS = {
    "negative_elbo": "-ELBO",
    "negative_bound": "-importance-weighted bound",
    "negative_log_likelihood": "-log-likelihood",
    "negative_log_density": "-true log-density",
}


def density(subject: Subject) -> Findings:
    """How probable held-out examples are, and, on data of a known density, how they truly are."""
    model, draws, rng = subject.model, subject.options.draws, subject.rng("density")

    def run(x: Tensor) -> dict[str, Tensor]:
        found = {}
        if model.density == "exact":
            found["negative_log_likelihood"] = -model.log_prob(x, rng=rng)
        else:
            found["negative_elbo"] = -model.log_prob(x, rng=rng)
            found["negative_bound"] = -model.log_prob(x, rng=rng, draws=draws)
        if subject.data.log_density is not None:
            exact = subject.data.log_density(x.double().cpu().numpy())
            found["negative_log_density"] = -torch.from_numpy(np.asarray(exact))
        return found

    found = each(subject, "density", rng, run)
    figures: dict[str, Figure] = {}
    for name, values in found.items():
        score, label = estimate(values), BOUNDS[name]
        figures[name] = figure(label, score, "nats", "lower" if name in MODELLED else "")
        if isinstance(subject.data.media, Images):
            bits = in_bits(score, subject.data.media, discrete=model.discrete)
            figures[f"{name}_bits"] = figure(label, bits, "bits/dim", "lower")
    basis = basis_of(subject)
    return Findings(basis | ({"draws": draws} if "negative_bound" in found else {}), figures)


MODELLED = BOUNDS.keys() - {"negative_log_density"}


def in_bits(nats: Estimate, media: Media, *, discrete: bool) -> Estimate:
    """Negative log-likelihoods of pictures, in bits per value of 8 bits."""
    values = math.prod(media.shape)
    mean, low, high = (
        bits_per_dimension(-x, values, density=not discrete)
        for x in (nats.mean, nats.low, nats.high)
    )
    return Estimate(mean, low, high, nats.n)


def prediction(subject: Subject) -> Findings:
    """How much is read of each quantity that the data know as a number that varies."""
    table, model = subject.held_out.table(), subject.model
    found = each(
        subject, "prediction", subject.rng("prediction"), lambda x: {"read": model.predict(x)}
    )
    figures, rmse = {}, {}
    for name, values in zip(model.columns, found["read"].T, strict=True):
        column = table.get(name)
        score = (
            r_squared(torch.from_numpy(column.values), values)
            if column is not None and column.kind == "number"
            else None
        )
        if score is not None:
            ends = (score.low, score.high)
            figures[name] = Figure(f"R² of {name}", score.r2, *ends, better="higher", n=score.n)
            rmse[name] = score.rmse
    return Findings(basis_of(subject), figures, detail={"rmse": rmse})


def indices(column: Column, classes: Sequence[str]) -> Tensor:
    """The categories of a column (n,), by their place in `classes`; -1 for what is not there."""
    index = {name: i for i, name in enumerate(classes)}
    # the last stands for -1, a missing class
    translated = np.array([*(index.get(name, -1) for name in column.names), -1])
    return torch.from_numpy(translated[column.values])


SHOWN_CLASSES = 20
"""More than these are too many for a table: their figures are in the detail."""


def classified(subject: Subject) -> Findings:
    """How often the model tells the class that the data know, by name, of held-out examples."""
    model = subject.model
    column = subject.held_out.table()[model.label]
    truth = indices(column, model.classes)
    found = each(
        subject,
        "classification",
        subject.rng("classification"),
        lambda x: {"p": model.predict_proba(x)},
    )
    score = classification(truth, found["p"])
    figures = {
        "accuracy": figure("accuracy", score.accuracy, better="higher"),
        "balanced": Figure("accuracy, mean over classes", score.balanced, better="higher"),
        "cross_entropy": figure("cross-entropy", score.cross_entropy, "nats", "lower"),
        "calibration": Figure("calibration error (ECE)", score.calibration_error, better="lower"),
    }
    shares = {model.classes[i]: share for i, share in score.classes.items()}
    if len(shares) <= SHOWN_CLASSES:
        figures |= {
            f"class {name}": Figure(
                f"accuracy on {name}", share.mean, share.low, share.high, "", "higher", share.n
            )
            for name, share in shares.items()
        }
    basis = basis_of(subject) | {"n": score.accuracy.n}
    basis |= {"label": model.label, "classes": len(model.classes)}
    notes: tuple[str, ...] = (
        f"The calibration error has {BINS} bins of the confidence; with few examples it is above "
        "0 for the best of models too.",
    )
    left_out = len(truth) - score.accuracy.n
    if left_out:
        notes += (f"{left_out:,} examples are of no class that the model knows: left out.",)
    detail = {"classes": {name: share.mean for name, share in shares.items()}}
    return Findings(basis, figures, notes, detail)
