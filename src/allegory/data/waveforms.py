"""One sound: from a file of any usual format to a waveform of the rate asked for.

The policy: channels are mixed down to one; the rate is changed by a band-limited filter, once;
files are read whole, up to an hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from allegory.data import reasons
from allegory.data.reasons import Unreadable

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "SOUNDS",
    "WRITTEN",
    "SoundHeader",
    "read_sound",
    "read_sound_header",
    "resampled",
    "write_sound",
]

SOUNDS = frozenset(
    [
        *(".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3"),
        *(".aif", ".aiff", ".aifc", ".au", ".snd", ".caf", ".w64", ".rf64"),
    ]
)
"""What marks a file as a sound, in upper or lower case."""

SECONDS = 3600
"""Longer files are refused from their header."""

CHANNELS = 64

WRITTEN = {
    ".wav": ("WAV", "PCM_16"),
    ".flac": ("FLAC", "PCM_16"),
    ".ogg": ("OGG", "VORBIS"),
}
"""Suffixes of sounds that can be written, with their format and its coding."""

FULL = 32767 / 32768
"""The loudest sample that 16 bits hold."""


FAULTS = (OSError, ValueError, TypeError, RuntimeError, MemoryError)
"""What soundfile was seen to raise on broken files, beside its own."""


@dataclass(frozen=True)
class SoundHeader:
    """What a sound file says of itself."""

    format: str
    """"wav", "flac" and so on: by content, not by file name."""
    coding: str
    """Of the samples, as libsndfile calls it: "PCM_16", "VORBIS"."""
    rate: int
    """Samples a second, in Hz."""
    channels: int
    samples: int
    """Of each channel."""


def read_sound_header(path: str | Path) -> SoundHeader:
    """What the file says of itself.

    Raises:
        Unreadable: with the reason, in plain words.
    """
    import soundfile

    path = Path(path)
    reasons.before_opening(path)
    try:
        found = soundfile.info(str(path))
    except (soundfile.LibsndfileError, *FAULTS) as error:
        raise Unreadable(reasons.of_sound(path, error)) from error
    header = SoundHeader(
        found.format.lower(), found.subtype, found.samplerate, found.channels, found.frames
    )
    _check(header)
    return header


def read_sound(path: str | Path, rate: int | None = None) -> tuple[NDArray[np.float32], int]:
    """Read one sound: its samples (n,), n ≥ 1, and their rate in Hz.

    Args:
        path: the file.
        rate: to resample to; by default the file's own is kept.

    Raises:
        Unreadable: with the reason, in plain words.
    """
    import soundfile

    read_sound_header(path)
    try:
        x, own = soundfile.read(str(path), dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, *FAULTS) as error:
        raise Unreadable(reasons.of_fault(error)) from error
    if not len(x):
        raise Unreadable("it holds no sound (0 samples)")
    if not np.isfinite(x).all():
        raise Unreadable("it holds values that are no finite numbers")
    mono = x.mean(axis=1, dtype=np.float64).astype(np.float32)
    if rate is None or rate == own:
        return mono, own
    return resampled(mono, own, rate), rate


def resampled(x: NDArray[np.float32], rate: int, to: int) -> NDArray[np.float32]:
    """A waveform (n,) at another rate: (max(1, round(n * to / rate)),)."""
    import soxr

    if rate == to:
        return x
    samples = max(1, round(len(x) * to / rate))
    found = np.asarray(soxr.resample(x, rate, to), dtype=np.float32)[:samples]
    return np.pad(found, (0, samples - len(found)))


def write_sound(path: Path, x: NDArray[np.float32], rate: int) -> None:
    """Write a waveform (n,) at this rate: WAV of 16 bits, or what the suffix of the path asks for.

    What is louder than full scale is brought down as a whole, so that nothing is clipped.

    Raises:
        UserError: there is no such format, or it can't be written.
    """
    import soundfile

    from allegory.errors import UserError
    from allegory.files import atomic

    form = WRITTEN.get(path.suffix.lower())
    if form is None:
        raise UserError(f"cannot write '{path}': sounds are written as {', '.join(WRITTEN)}.")
    loud = float(np.abs(x).max(initial=0.0))
    x = x / loud * FULL if loud > FULL else x
    with atomic(path) as file:
        soundfile.write(file, x, rate, format=form[0], subtype=form[1])


def _check(header: SoundHeader) -> None:
    if header.samples < 1:
        raise Unreadable("it holds no sound (0 samples)")
    if header.rate < 1 or header.channels < 1 or header.channels > CHANNELS:
        raise Unreadable(f"{header.channels} channels at {header.rate} Hz is no usual sound")
    if header.samples > SECONDS * header.rate:
        raise Unreadable(
            f"longer than {SECONDS:,} s ({header.samples / header.rate:,.0f} s), refused: cut it "
            "into pieces"
        )
