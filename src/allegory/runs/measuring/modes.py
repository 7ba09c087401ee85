"""How many of the modes of the data are in the samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from allegory.data.sources.stacked_digits import CHANNELS
from allegory.measures.modes import NEAR, class_coverage, mode_coverage
from allegory.runs.judge import judge_for
from allegory.runs.measuring.findings import Figure, Findings, figure

if TYPE_CHECKING:
    from allegory.data.dataset import Modes
    from allegory.measures.modes import Coverage
    from allegory.runs.measuring.subject import Subject

__all__ = ["MODE", "modes"]

MODE = "mode"
"""Column of the modes, of data that know theirs by name."""
POINTS, PICTURES = 2_500, 26_000
"""Samples that modes are sought in, of known Gaussians and of categories. Figures depend on it:
these are the numbers of the literature."""


def modes(subject: Subject) -> Findings:
    """How many of the modes of the data are in the samples, and how evenly."""
    known = subject.data.modes
    return categories(subject) if known is None else gaussians(subject, known)


def gaussians(subject: Subject, known: Modes) -> Findings:
    """Modes whose centres and deviations are known."""
    from scipy.stats import chi2

    samples = torch.cat(list(subject.samples(POINTS)))
    found = mode_coverage(samples.numpy(), known)
    assert found.high_quality is not None
    share = figure(
        f"share within {NEAR:g} deviations of a centre", found.high_quality, better="higher"
    )
    k, size = known.centres.shape
    basis = {"n_generated": POINTS, "reference": f"the {k} Gaussians of {subject.data.name}"}
    notes = (f"Of the data themselves {chi2(size).cdf(NEAR**2):.3f} lie so near.",)
    return Findings(basis, figures_of(found) | {"high_quality": share}, notes, detail_of(found))


def categories(subject: Subject) -> Findings:
    """Modes that judges have learned to tell: of a stack of digits each its own."""
    data = subject.data
    stacked = all(name in data.columns for name in CHANNELS)
    judges = [judge_for(data, name) for name in (CHANNELS if stacked else (MODE,))]
    told = []
    for x in subject.samples(PICTURES):
        mode = torch.zeros(len(x), dtype=torch.int64)
        for judge in judges:
            mode = mode * len(judge.classifier.classes) + judge.tell(x)
        told.append(mode)
    present = data.columns[MODE].values.astype(np.int64)
    truth = np.bincount(present[present >= 0], minlength=len(data.columns[MODE].names))
    found = class_coverage(torch.cat(told).numpy(), truth / truth.sum())
    basis = {"n_generated": PICTURES, "reference": f"'{MODE}' of {subject.data.name}"}
    right = ", ".join(f"{judge.accuracy:.1%}" for judge in judges)
    what = (
        f"{len(judges)} classifiers, one a digit, that are" if stacked else "a classifier that is"
    )
    notes = (f"Modes are told by {what} right on {right} of the test examples.",)
    return Findings(basis, figures_of(found), notes, detail_of(found))


def figures_of(found: Coverage) -> dict[str, Figure]:
    """What both kinds of modes have."""
    k = len(found.counts)
    figures = {"covered": Figure(f"modes covered, of {k:,}", found.covered, better="higher")}
    if found.reverse_kl is not None:
        figures["reverse_kl"] = figure(
            "divergence of their shares from the data's", found.reverse_kl, "nats", "lower"
        )
    return figures


def detail_of(found: Coverage) -> dict[str, list[int]]:
    """How many samples each mode has."""
    return {"counts": found.counts.tolist()}
