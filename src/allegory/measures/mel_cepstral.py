"""How far apart two utterances of the same words sound: mel-cepstral distortion."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from allegory.media import Sound

__all__ = ["aligned", "cepstra", "mel_cepstral_distortion"]

COEFFICIENTS = 13
"""Of the cepstrum, without the first, which is loudness."""

QUIET = 0.15
"""Frames whose mean picture value, from 0 to 1, is below are pauses, and are left out."""


def mel_cepstral_distortion(x: Tensor, y: Tensor, sound: Sound) -> float:
    """Distortion of spectrograms x (1, bands, frames) and y (1, bands, other frames), in dB.

    10 / ln 10 * sqrt(2 sum_d (c_d - c'_d)²), d = 1 ... 13, averaged along the path by which
    dynamic time warping aligns the two; frames of silence are left out: Kubichek (1993),
    "Mel-cepstral distance measure for objective speech quality assessment", eq. 1. The cepstrum is
    the cosine transform of the log-mel bands. Values depend on these choices: they are compared
    with each other, not with those of papers. NaN where one is silent.
    """
    a, b = (cepstra(side, sound) for side in (x, y))
    if not len(a) or not len(b):
        return math.nan
    far = np.sqrt(2 * ((a[:, None] - b[None]) ** 2).sum(2))
    return float(10 / math.log(10) * far[aligned(far)].mean())


def cepstra(x: Tensor, sound: Sound) -> NDArray[np.float64]:
    """Mel cepstra of the frames of a spectrogram (1, bands, frames), no pauses: (t, 13)."""
    from scipy.fft import dct

    unit = (x[0].double().numpy()[::-1] + 1) / 2
    loud = unit[:, unit.mean(0) >= QUIET]
    # natural logarithms of magnitudes; with this norm c_d is the d-th of a cosine series
    levels = (1 - loud) * sound.floor / 20 * math.log(10)
    found: NDArray[np.float64] = dct(levels, axis=0)[1 : COEFFICIENTS + 1].T / len(unit)
    return found


def aligned(far: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The cheapest path through distances (t, s) from (0, 0) to the end, by steps of 0 or 1.

    Sakoe & Chiba (1978), "Dynamic programming algorithm optimization for spoken word recognition".
    """
    t, s = far.shape
    total = np.full((t + 1, s + 1), np.inf)
    total[0, 0] = 0.0
    for i in range(t):
        for j in range(s):
            before = min(total[i, j], total[i, j + 1], total[i + 1, j])
            total[i + 1, j + 1] = far[i, j] + before
    i, j = t, s
    path = [(t - 1, s - 1)]
    while i > 1 or j > 1:
        i, j = min(((i - 1, j - 1), (i - 1, j), (i, j - 1)), key=lambda at: total[at])
        path.append((i - 1, j - 1))
    rows, columns = np.array(path[::-1]).T
    return rows, columns
