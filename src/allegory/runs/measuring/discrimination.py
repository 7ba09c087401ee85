"""What a discriminator still tells, of training, held-out and generated examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from allegory.measures.discrimination import MOST_ODDS, area_under_curve, log_odds, overfitting
from allegory.measures.estimate import estimate
from allegory.measures.health import Judgements
from allegory.runs.inputs import at_most
from allegory.runs.measuring.examples import each
from allegory.runs.measuring.findings import Figure, Findings, figure
from allegory.tools.running import home

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.data.dataset import Dataset
    from allegory.runs.measuring.subject import Subject

__all__ = ["discrimination"]


def discrimination(subject: Subject) -> Findings:
    """How real the model's own discriminator takes examples to be."""
    held_out = of_data(subject, subject.held_out, "held-out")
    samples = of_samples(subject)
    figures = {
        "held_out": realness("held-out examples", held_out),
        "samples": realness("samples", samples),
        "area": figure(
            "area under the curve, held-out above samples", area_under_curve(held_out, samples)
        ),
    }
    basis: dict[str, Any] = {"n_real": len(held_out), "n_generated": len(samples)}
    notes: tuple[str, ...] = (
        "Area 0.5: it can't tell samples from held-out examples; 1: always.",
    )
    if subject.mixed is not None or subject.train is None:
        notes += (f"Overfitting is left out: {subject.mixed}.",)
    else:
        train = of_data(subject, at_most(subject.train, subject.options.examples), "training")
        basis["n_train"] = len(train)
        figures = {"train": realness("training examples", train)} | figures
        found = overfitting(Judgements(samples, held_out, train))
        if found is None:
            notes += (
                "Overfitting is left out: training examples are not rated above samples beyond "
                "chance.",
            )
        else:
            figures["overfitting"] = figure("overfitting r_v", found, better="lower")
            notes += (
                "Overfitting 0: held-out examples are rated as training examples are; 1: as "
                "samples are. It is of the log-odds of P(real).",
            )
            notes += cut(torch.cat([train, held_out, samples]))
    return Findings(basis | {"reference": subject.where}, figures, notes)


def of_data(subject: Subject, data: Dataset, what: str) -> Tensor:
    """P(real) of examples, (n,)."""
    rng = subject.rng(f"discrimination of {what}")
    run = subject.model.realness
    return each(subject, f"judging {what} examples", rng, lambda x: {"p": run(x)}, data)["p"]


@torch.inference_mode()
def of_samples(subject: Subject) -> Tensor:
    """P(real) of generated examples, (n,)."""
    model, samples = subject.model, subject.samples(subject.options.samples)
    return torch.cat([model.realness(x.to(home(model))).cpu() for x in samples])


def realness(what: str, judged: Tensor) -> Figure:
    """The mean of P(real) (n,)."""
    found = estimate(judged)
    ends = max(found.low, 0.0), min(found.high, 1.0)
    return Figure(f"P(real) of {what}, mean", found.mean, *ends, n=found.n)


def cut(judged: Tensor) -> tuple[str, ...]:
    """A note where P(real) is too close to 0 or 1 for its log-odds to be told."""
    share = float((log_odds(judged).abs() == MOST_ODDS).double().mean())
    if not share:
        return ()
    return (f"{share:.1%} of P(real) are 0 or 1 to rounding: log-odds end at {MOST_ODDS:.1f}.",)
