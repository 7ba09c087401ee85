"""Measures of generated examples: fidelity, the two-sample test, memorisation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from allegory.measures.fidelity import (
    density_coverage,
    frechet_distance,
    kernel_distance,
    memorisation,
    precision_recall,
    two_sample_accuracy,
)
from allegory.media import Images
from allegory.progress import track
from allegory.report.sheets import sheet
from allegory.runs.measuring.findings import Figure, Findings, measured

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from allegory.measures.fidelity import Measured, Memorisation
    from allegory.runs.measuring.subject import Sides, Subject

__all__ = ["fidelity", "memorised", "two_sample"]

SHOWN = 12
"""Suspects in the picture."""
FEW = 100
"""Held-out examples below which a network that has learned from as few sees copies everywhere."""


def basis_of(sides: Sides) -> dict[str, Any]:
    """What comparisons of equal numbers of real and generated examples rest on."""
    real, generated = sides.equal()
    return {
        "n_real": len(real),
        "n_generated": len(generated),
        "reference": sides.reference,
        "features": sides.name,
        "resize": sides.resize,
    }


def fewer(sides: Sides) -> tuple[str, ...]:
    """A note where samples are left out, for want of examples to compare them with."""
    n, m = len(sides.real), len(sides.generated)
    if n == m:
        return ()
    side = "held-out" if n < m else "generated"
    return (f"only {min(n, m):,} {side} examples: as many are compared, of {max(n, m):,}.",)


def few(n: int) -> tuple[str, ...]:
    """A warning where so few held-out examples are compared that figures say little."""
    if n >= FEW:
        return ()
    return (f"{n} held-out examples are too few to judge by: take these figures for a hint.",)


def notes_of(*figures: Measured) -> tuple[str, ...]:
    """What the measures say about their figures, each once."""
    return tuple(dict.fromkeys(note for found in figures for note in found.notes))


def fidelity(subject: Subject) -> Findings:
    """How like held-out examples generated ones are."""
    sides = subject.sides
    real, generated = sides.equal()
    seed = subject.options.seed
    with track("fidelity", 4) as advance:
        frechet = frechet_distance(real, generated, seed=seed)
        advance(1, "kernel distance")
        kernel = kernel_distance(real, generated, seed=seed)
        advance(1, "precision and recall")
        shares = precision_recall(real, generated)
        advance(1, "density and coverage")
        places = density_coverage(real, generated)
        advance(1)
    limit = (frechet.limit, frechet.limit_low, frechet.limit_high)
    figures = {
        "frechet": measured("Frechet distance", frechet, "lower"),
        "frechet_limit": Figure("Frechet distance, n to infinity", *limit, better="lower"),
        "kernel": measured("kernel distance (MMD²)", kernel, "lower"),
        "precision": measured("precision", shares.precision, "higher"),
        "recall": measured("recall", shares.recall, "higher"),
        "density": measured("density", places.density, "higher"),
        "coverage": measured("coverage", places.coverage, "higher"),
    }
    notes = few(len(real)) + fewer(sides) + notes_of(frechet, kernel)
    pairs = (("precision and recall", shares.precision), ("density and coverage", places.density))
    notes += tuple(f"{what}: {note}" for what, found in pairs for note in found.notes)
    return Findings(basis_of(sides), figures, notes)


def two_sample(subject: Subject) -> Findings:
    """Whether a classifier tells generated examples from held-out ones."""
    sides = subject.sides
    figures = {}
    with track("two-sample test", 2) as advance:
        for kind in ("logistic", "neighbours"):
            test = two_sample_accuracy(*sides.equal(), classifier=kind, seed=subject.options.seed)
            figures[kind] = measured(f"accuracy, {kind}", test)
            advance(1)
    notes = ("0.5: they can't be told apart; judged on the half that was not learned from.",)
    return Findings(basis_of(sides), figures, few(len(sides.real)) + fewer(sides) + notes)


def memorised(subject: Subject) -> Findings:
    """Whether generated examples are nearer to training examples than new ones are."""
    assert subject.train is not None
    sides = subject.sides
    train = subject.features.of_data(subject.train)
    with track("memorisation", 1) as advance:
        found = memorisation(train, sides.real, sides.generated)
        advance(1)
    figures = {
        "near": measured("share near a training example", found),
        "expected": Figure("the same of held-out examples", found.expected),
        "rank_z": Figure("nearer than held-out ones by rank (below -2: copying)", found.rank_z),
    }
    basis = {
        "n_train": len(train),
        "n_real": found.n_held_out,
        "n_generated": found.n_generated,
        "reference": f"training split of {subject.train.name}, beside the {sides.reference}",
        "features": sides.name,
        "resize": sides.resize,
    }
    suspects = [
        {
            "generated": suspect.generated,
            "train": int(subject.train.rows[suspect.train]),
            "distance": suspect.distance,
            "ratio": suspect.ratio,
        }
        for suspect in found.suspects
    ]
    notes = few(found.n_held_out) + found.notes
    return Findings(basis, figures, notes, {"suspects": suspects}, picture_of(subject, found))


def picture_of(subject: Subject, found: Memorisation) -> NDArray[np.uint8] | None:
    """The most suspicious samples above their nearest training examples; None for vectors."""
    if subject.train is None or not isinstance(subject.data.media, Images):
        return None
    shown = found.suspects[:SHOWN]
    samples = subject.generated(np.array([s.generated for s in shown]))
    nearest = subject.train.take(np.array([s.train for s in shown]))
    return sheet(torch.cat([samples, nearest]), len(shown))
