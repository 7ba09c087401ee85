"""Sounds of spectrograms: as files, and as players on a page."""

from __future__ import annotations

import io
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from allegory.data.waveforms import write_sound
from allegory.media import Images
from allegory.report.html import data_uri
from allegory.sound.picture import heard

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor

    from allegory.media import Media

__all__ = [
    "PLAYERS",
    "players",
    "sound_bytes",
    "sounding",
    "wave_bytes",
    "write_row",
    "write_sounds",
]

PAUSE = 0.25
"""Seconds between sounds that follow each other in a file."""

PLAYERS = 8
"""Of a sheet's sounds, so many of the first can be played: each takes about 20 KB of the page."""


def sounding(media: Media) -> bool:
    """Whether examples of these media can be heard."""
    return isinstance(media, Images) and media.sound is not None


def write_sounds(x: Tensor, media: Media, paths: list[Path]) -> None:
    """Write spectrograms x (n, *media.shape) as sounds, one a path; or nothing, as below."""
    if isinstance(media, Images) and media.sound is not None:
        for path, wave in zip(paths, _waves(x, media), strict=True):
            write_sound(path, wave, media.sound.rate)


def write_row(x: Tensor, media: Media, path: Path) -> None:
    """Write spectrograms x (n, *media.shape) as one sound, one after the other with pauses.

    Nothing where the media have none.
    """
    if isinstance(media, Images) and media.sound is not None:
        waves = _waves(x, media)
        pause = np.zeros((len(waves), round(PAUSE * media.sound.rate)), np.float32)
        write_sound(path, np.concatenate([waves, pause], axis=1).ravel(), media.sound.rate)


def players(x: Tensor, media: Media, name: str) -> str:
    """Players for the first of spectrograms x (n, *media.shape); "" where there is no sound."""
    if not (isinstance(media, Images) and media.sound is not None):
        return ""
    found = "".join(
        f'<audio controls preload="none" aria-label="{escape(name)} {i}" title="{i}" '
        f'src="{data_uri(wave_bytes(wave, media.sound.rate), "audio/wav")}"></audio>'
        for i, wave in enumerate(_waves(x[:PLAYERS], media), 1)
    )
    return f'<div class="players"><span>{escape(name)}</span>{found}</div>'


def sound_bytes(x: Tensor, media: Media) -> bytes:
    """The sound of a spectrogram x (*media.shape), as a WAV; b"" where there is no sound."""
    if not (isinstance(media, Images) and media.sound is not None):
        return b""
    return wave_bytes(_waves(x[None], media)[0], media.sound.rate)


def _waves(x: Tensor, media: Images) -> NDArray[np.float32]:
    assert media.sound is not None
    waves: NDArray[np.float32] = heard(x.detach().cpu(), media.sound).numpy()
    return waves


def wave_bytes(x: NDArray[np.float32], rate: int) -> bytes:
    """A waveform (n,) as a WAV of 16 bits, brought down as a whole where it is too loud."""
    import soundfile

    file = io.BytesIO()
    loud = max(1.0, float(np.abs(x).max()))
    soundfile.write(file, x / loud, rate, format="WAV", subtype="PCM_16")
    return file.getvalue()
