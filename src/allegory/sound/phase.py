"""The phases that a spectrum without any can have: the fast Griffin-Lim algorithm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from allegory.sound.spectrum import spectrum, waveform

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.media import Sound

__all__ = ["griffin_lim", "inconsistency"]

ROUNDS = 60
PUSH = 0.99
"""The paper's alpha; 0 is the algorithm of Griffin & Lim (1984)."""


def griffin_lim(
    magnitude: Tensor,
    samples: int,
    sound: Sound,
    *,
    start: Tensor | None = None,
    rounds: int = ROUNDS,
    push: float = PUSH,
) -> Tensor:
    """Waveforms (n, samples) whose spectra have magnitudes (n, window // 2 + 1, frames) nearly.

    Perraudin, Balazs & Søndergaard (2013), "A fast Griffin-Lim algorithm", algorithm 2.

    Args:
        magnitude: it.
        samples: of the result, with as many frames as the magnitudes have.
        sound: it.
        start: waveforms (n, samples) by whose phases to begin; else by those of one sweep.
        rounds: steps of the algorithm.
        push: how far each goes beyond the last, from 0 to below 1.
    """
    if start is None:
        start = _sweep(magnitude, samples)
    c = _with_phase(magnitude, spectrum(start, sound))
    before = c
    for _ in range(rounds):
        t = _with_phase(magnitude, spectrum(waveform(c, samples, sound), sound))
        c = t + push * (t - before)
        before = t
    return waveform(before, samples, sound)


def inconsistency(magnitude: Tensor, x: Tensor, sound: Sound) -> Tensor:
    """How far the magnitudes of waveforms x (n, samples) are from those asked for: (n,).

    The spectral convergence of Sturmel & Daudet (2011): 0 where they are equal, 1 for silence.
    """
    off = spectrum(x, sound).abs() - magnitude
    lengths = [torch.linalg.vector_norm(m.flatten(1), dim=1) for m in (off, magnitude)]
    share: Tensor = lengths[0] / lengths[1].clamp(min=1e-12)
    return share


def _with_phase(magnitude: Tensor, like: Tensor) -> Tensor:
    found: Tensor = magnitude * like / like.abs().clamp(min=1e-12)
    return found


def _sweep(magnitude: Tensor, samples: int) -> Tensor:
    """Noise, the same each time: (n, samples)."""
    rng = torch.Generator().manual_seed(0)
    noise = torch.randn(1, samples, generator=rng).to(magnitude)
    return noise.expand(len(magnitude), -1)
