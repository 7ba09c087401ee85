"""Waveforms of utterances: a glottal source and noises through a moving vocal tract.

Fant (1960), "Acoustic theory of speech production"; the resonators and their order are those of
Klatt (1980), "Software for a cascade/parallel formant synthesizer". The tract moves slowly beside
its own memory, so it is applied as a filter of short overlapping pieces, all utterances at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import gaussian_filter1d

from allegory.data.sources.speech.phones import PHONES, WORDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from allegory.data.sources.speech.speakers import Utterances

__all__ = ["RATE", "speak"]

RATE = 16_000
"""Hz."""

HOP, PIECE, TAIL = 64, 256, 1024
"""Samples from one state of the tract to the next; of a piece; of it with what rings on."""

HIGHER = (3500.0, 4500.0, 5500.0, 6500.0)
"""Formants above the third hardly move."""
WIDTHS = (70.0, 100.0, 150.0, 250.0, 300.0, 400.0, 500.0)
"""Bandwidths of all formants, in Hz."""

OPEN = 0.6
"""Share of a period in which the glottis is open."""
JITTER, SHIMMER = 0.008, 0.04
"""Standard deviations of a period's length and strength, relative."""
SLOW, FAST = 0.018, 0.006
"""Seconds over which formants and amplitudes glide."""


@dataclass(frozen=True)
class Tracks:
    """Phones over time, (n, steps) each, a step every HOP samples."""

    formants: NDArray[np.float64]
    """(n, 3, steps) in Hz."""
    damping: NDArray[np.float64]
    voice: NDArray[np.float64]
    breath: NDArray[np.float64]
    noise: NDArray[np.float64]
    place: NDArray[np.float64]
    spread: NDArray[np.float64]
    end: NDArray[np.int64]
    """(n,): samples that each utterance lasts."""


def speak(what: Utterances, samples: int, seed: int) -> NDArray[np.float32]:
    """Waveforms (n, samples) at `RATE`, each from its begin; what is longer is cut off."""
    rng = np.random.Generator(np.random.Philox(key=seed))
    steps = -(-samples // HOP) + PIECE // HOP
    tracks = _tracks(what, steps)
    length = steps * HOP
    pulses, opened = _glottis(what, tracks.end, length, rng)
    hiss = rng.standard_normal((2, len(what), length))
    voice, breath, noise = (
        np.repeat(track, HOP, axis=1) for track in (tracks.voice, tracks.breath, tracks.noise)
    )
    airy = (what.breath[:, None] * opened * voice + breath) * hiss[0]
    through = _pieces(voice * pulses + airy) * _tract(what, tracks)
    narrow = _pieces(noise * hiss[1]) * _narrow(tracks)
    found = _together(through + narrow, length)[:, :samples]
    return found.astype(np.float32)


def _tracks(what: Utterances, steps: int) -> Tracks:
    words, rate = list(WORDS.values()), RATE / HOP
    fields = ("damping", "voice", "breath", "noise", "place", "spread")
    found = {name: np.zeros((len(what), steps)) for name in fields}
    formants = np.zeros((len(what), 3, steps))
    end = np.zeros(len(what), np.int64)
    for i in range(len(what)):
        phones = [PHONES[name] for name in words[what.word[i]]]
        edges = np.cumsum([2, *(p.seconds * what.pace[i] * rate for p in phones)]).round()
        at = np.searchsorted(edges, np.arange(steps), side="right") - 1
        which = at.clip(0, len(phones) - 1)
        sounds = (at >= 0) & (at < len(phones))
        for name in fields:
            values = np.array([getattr(p, name) for p in phones])[which]
            loud = name in ("voice", "breath", "noise")
            found[name][i] = values * sounds if loud else values
        formants[i] = np.array([p.formants for p in phones]).T[:, which]
        end[i] = int(edges[-1]) * HOP
    for name in ("voice", "breath", "noise"):
        found[name] = gaussian_filter1d(found[name], FAST * rate, axis=1, mode="constant")
    formants = gaussian_filter1d(formants, SLOW * rate, axis=2, mode="nearest")
    return Tracks(formants * what.formants[:, None, None], end=end, **found)


def _glottis(
    what: Utterances, end: NDArray[np.int64], length: int, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The derivative of the glottal flow, and how far the glottis is open, (n, length) each.

    The pulse is the one of Klatt & Klatt (1990), "Analysis, synthesis, and perception of voice
    quality variations among female and male talkers", eq. 1.
    """
    time = np.arange(length) / end[:, None] - 0.5
    pitch = what.pitch[:, None] * 2.0 ** (-what.fall[:, None] * time)
    cycles = np.cumsum(pitch / RATE, axis=1)
    k = cycles.astype(np.int64)
    wobble = JITTER * rng.standard_normal((len(what), int(k.max()) + 2))
    strength = 1 + SHIMMER * rng.standard_normal(wobble.shape)
    rows = np.arange(len(what))[:, None]
    inside = (cycles - k) * (1 + wobble[rows, k])
    t = (inside / OPEN).clip(0, 1)
    flow = 6.75 * t**2 * (1 - t)
    slope = np.where(t < 1, 6.75 * (2 * t - 3 * t**2), 0.0)
    return strength[rows, k] * slope, flow


def _pieces(x: NDArray[np.float64]) -> NDArray[np.complex64]:
    """Spectra (n, pieces, TAIL // 2 + 1) of overlapping pieces, the first before the begin."""
    padded = np.pad(x, ((0, 0), (PIECE - HOP, 0)))
    cut = np.lib.stride_tricks.sliding_window_view(padded, PIECE, axis=1)[:, ::HOP]
    smooth = np.hanning(PIECE + 1)[:-1] / 2
    return np.fft.rfft((cut * smooth).astype(np.float32), TAIL, axis=2).astype(np.complex64)


def _together(spectra: NDArray[np.complex64], length: int) -> NDArray[np.float64]:
    pieces = np.fft.irfft(spectra, TAIL, axis=2)
    n, count, _ = pieces.shape
    found = np.zeros((n, (count + TAIL // HOP) * HOP))
    for part in range(TAIL // HOP):
        block = pieces[:, :, part * HOP : (part + 1) * HOP].reshape(n, -1)
        found[:, part * HOP : part * HOP + block.shape[1]] += block
    start = PIECE - HOP
    return found[:, start : start + length]


def _tract(what: Utterances, tracks: Tracks) -> NDArray[np.complex64]:
    """Response of the resonators in a row, (n, pieces, frequencies), each 1 at 0 Hz."""
    z = np.exp(-2j * np.pi * np.arange(TAIL // 2 + 1) / TAIL).astype(np.complex64)
    response = np.ones((*tracks.damping.shape, len(z)), np.complex64)
    for k, width in enumerate(WIDTHS):
        high = HIGHER[k - 3] * what.formants[:, None] if k >= 3 else tracks.formants[:, k]
        radius = np.exp(-np.pi * width * tracks.damping / RATE)
        a = 2 * radius * np.cos(2 * np.pi * np.minimum(high, 0.49 * RATE) / RATE)
        b = -(radius**2)
        gain = (1 - a - b)[..., None].astype(np.float32)
        response *= gain / (
            1 - a[..., None].astype(np.float32) * z - b[..., None].astype(np.float32) * z**2
        )
    return response


def _narrow(tracks: Tracks) -> NDArray[np.float32]:
    """Response at a narrow place: a bell around a frequency, (n, pieces, frequencies)."""
    f = np.arange(TAIL // 2 + 1) * RATE / TAIL
    off = (f - tracks.place[..., None]) / tracks.spread[..., None]
    return np.exp(-0.5 * off**2).astype(np.float32)
