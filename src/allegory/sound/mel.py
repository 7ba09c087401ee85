"""Mel bands of a spectrum, and the spectrum that given bands come from."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.media import Sound

__all__ = ["filters", "hertz", "mel", "unmixed"]

ROUNDS = 100
"""Rounds of the inversion: more of them change nothing that can be heard."""


def mel(f: Tensor) -> Tensor:
    """Hertz as mels: 1000 Hz is 1000 mel (O'Shaughnessy 1987, "Speech communication")."""
    return 2595 * torch.log10(1 + f / 700)


def hertz(m: Tensor) -> Tensor:
    """The inverse of `mel`."""
    return 700 * (10 ** (m / 2595) - 1)


@lru_cache(maxsize=16)
def filters(bands: int, sound: Sound) -> Tensor:
    """Triangular bands, evenly spaced in mel: (bands, window // 2 + 1), each with sum 1.

    A band that is narrower than the spectrum's resolution takes what lies between two of its
    frequencies: none is empty.
    """
    ends = mel(torch.tensor([sound.low, sound.high], dtype=torch.float64))
    edges = hertz(torch.linspace(float(ends[0]), float(ends[1]), bands + 2, dtype=torch.float64))
    step = sound.rate / sound.window
    f = torch.arange(sound.window // 2 + 1, dtype=torch.float64) * step
    below, middle, above = (edges[i : bands + i, None] for i in range(3))
    left, right = (middle - below).clamp(min=step), (above - middle).clamp(min=step)
    rows = torch.minimum(1 - (middle - f) / left, 1 - (f - middle) / right).clamp(min=0)
    return (rows / rows.sum(1, keepdim=True)).float()


def unmixed(bands: Tensor, sound: Sound) -> Tensor:
    """Magnitudes (n, window // 2 + 1, frames) whose mel bands come near `bands` (n, b, frames).

    None is negative: least squares by multiplicative updates: Lee & Seung (2000), "Algorithms for
    non-negative matrix factorization", eq. 4 with the filters kept.
    """
    w = filters(bands.shape[1], sound).to(bands)
    target = w.T @ bands
    cover = w.sum(0)[:, None]
    x = target / cover.clamp(min=1e-8)
    gram = w.T @ w
    for _ in range(ROUNDS):
        x = x * target / (gram @ x).clamp(min=1e-12)
    return x
