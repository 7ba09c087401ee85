"""Measures of translated sounds: mel-cepstral distortion to what the target says itself."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import torch

from allegory.measures.estimate import estimate
from allegory.measures.mel_cepstral import mel_cepstral_distortion
from allegory.progress import track
from allegory.runs.measuring.findings import Figure, figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from allegory.media import Sound
    from allegory.runs.measuring.findings import Better

__all__ = ["distortion", "utterances"]

UTTERANCES = 200
"""Translations at most that are compared: sounds are aligned one by one."""
REFERENCES = 3
"""Utterances of the target at most that each is compared with."""
LABELS = {
    "mcd": "mel-cepstral distortion to the target",
    "mcd_before": "mel-cepstral distortion before translation",
    "mcd_within": "mel-cepstral distortion among the target's own",
}


def distortion(x: Tensor, y: Tensor, beside: Sequence[Tensor], sound: Sound) -> dict[str, Figure]:
    """How far translations are from the target's own utterances, in dB, by mel cepstra.

    Beside it how far they were before, and how far the target's own are from each other: no
    translation is expected to be nearer. What is silent, or has nothing beside it, is left out.

    Args:
        x: spectrograms (n, 1, bands, frames) that were translated.
        y: translations.
        beside: of each of them what the target says itself, (k, 1, bands, frames).
        sound: how they sound.
    """
    found: dict[str, list[float]] = {name: [] for name in LABELS}
    # evenly spaced, since those of a folder lie in the order of their names
    rows = sorted({round(at) for at in np.linspace(0, len(y) - 1, UTTERANCES)})
    with track("comparing sounds", len(rows)) as advance:
        for row in rows:
            own = beside[row]
            found["mcd"].append(_far(y[row], own, sound))
            found["mcd_before"].append(_far(x[row], own, sound))
            found["mcd_within"] += [_far(own[0], own[1:], sound)] if len(own) else []
            advance(1)
    figures = {}
    for name, values in found.items():
        known = torch.tensor([far for far in values if not math.isnan(far)])
        if len(known):
            better: Better = "lower" if name == "mcd" else ""
            figures[name] = figure(LABELS[name], estimate(known), "dB", better)
    return figures


def utterances(labels: Sequence[str], real: Tensor, real_labels: Sequence[str]) -> list[Tensor]:
    """For each label up to three of the real spectrograms (m, 1, bands, frames) that have it.

    Of "", which is no label, none.
    """
    rows: dict[str, list[int]] = {}
    for row, label in enumerate(real_labels):
        if label:
            rows.setdefault(label, []).append(row)
    return [real[rows.get(label, [])[:REFERENCES]] for label in labels]


def _far(x: Tensor, others: Tensor, sound: Sound) -> float:
    """The mean distortion of x (1, bands, frames) to others (k, ...); NaN for none."""
    found = [mel_cepstral_distortion(x, other, sound) for other in others]
    return float(torch.tensor(found, dtype=torch.float64).nanmean())
