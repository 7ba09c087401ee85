"""A waveform as the picture of its log-mel spectrogram, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from allegory.media import Sound
from allegory.sound.mel import filters, unmixed
from allegory.sound.phase import griffin_lim
from allegory.sound.spectrum import frames_of, spectrum

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["LOUDNESS", "drawn", "gain", "heard", "sound_at"]

LOUDNESS = -20.0
"""Level to which sounds are brought, in dB below a full-scale square wave: speech keeps room for
its peaks."""

ACTIVE = 30.0
"""What is so many dB below the loudest moment is a pause, and does not count for the loudness."""

MOMENT = 0.02
"""Seconds over which a level is taken."""

WINDOW, HOP = 0.032, 0.008
"""Seconds. Copies of speech are about as near with 24 ms, and clearly farther with 48 and 64."""
LOW, FLOOR = 40.0, -80.0
CHUNK = 64


def sound_at(rate: int) -> Sound:
    """The spectrograms that sounds of this rate become: frames every 8 ms, floor at -80 dB."""
    hop = max(1, round(HOP * rate))
    return Sound(rate, round(WINDOW / HOP) * hop, hop, LOW, rate / 2, FLOOR)


def drawn(x: Tensor, bands: int, sound: Sound) -> Tensor:
    """The pictures of waveforms x (n, samples): (n, 1, bands, frames_of(samples)) in [-1, 1]."""
    levels = filters(bands, sound).to(x) @ spectrum(x, sound).abs()
    decibels = 20 * levels.clamp(min=1e-12).log10()
    unit = 1 - 2 * (decibels / sound.floor).clamp(0, 1)
    return unit.flip(1)[:, None]


def heard(
    pictures: Tensor, sound: Sound, samples: int | None = None, *, start: Tensor | None = None
) -> Tensor:
    """Waveforms of pictures (n, 1, bands, frames) in [-1, 1]: (n, samples).

    Args:
        pictures: they.
        sound: how they sound.
        samples: of each waveform, `frames_of(samples)` being the pictures' frames; by default the
            fewest.
        start: waveforms (n, samples) by whose phases to begin, where they may be like these.
    """
    samples = (pictures.shape[-1] - 1) * sound.hop if samples is None else samples
    if samples < 1 or frames_of(samples, sound) != pictures.shape[-1]:
        raise ValueError(f"{pictures.shape[-1]} frames are not of {samples} samples")
    unit = pictures[:, 0].float().flip(1).clamp(-1, 1)
    levels = 10 ** ((1 - unit) / 2 * sound.floor / 20)
    # what was at the floor may have been anything below
    levels = torch.where(unit > -1, levels, 0.0)
    parts = []
    for at in range(0, len(levels), CHUNK):
        first = None if start is None else start[at : at + CHUNK]
        magnitude = unmixed(levels[at : at + CHUNK], sound)
        parts.append(griffin_lim(magnitude, samples, sound, start=first))
    return torch.cat(parts)


def gain(x: Tensor, rate: int) -> float:
    """What to multiply a waveform x (samples,) by so that it is of the usual loudness.

    The level is the root mean square of its moments that are no pauses, a simple form of the
    active speech level of ITU-T P.56; 1 for silence.
    """
    size = max(1, min(len(x), round(MOMENT * rate)))
    moments = x[: len(x) // size * size].double().view(-1, size).square().mean(1)
    loudest = float(moments.max())
    if loudest <= 0:
        return 1.0
    active = moments[moments >= loudest * 10 ** (-ACTIVE / 10)].mean()
    return float(10 ** (LOUDNESS / 20) / active.sqrt())
