"""The short-time Fourier transform of a batch of waveforms, and its inverse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.media import Sound

__all__ = ["frames_of", "spectrum", "waveform"]


def frames_of(samples: int, sound: Sound) -> int:
    """Frames that so many samples have."""
    return 1 + samples // sound.hop


def spectrum(x: Tensor, sound: Sound) -> Tensor:
    """Complex spectra of waveforms x (n, samples): (n, window // 2 + 1, frames_of(samples)).

    The middle of frame t is sample t * hop; outside of the waveform there is silence. A sine at
    full scale has magnitude 1.
    """
    w = _window(x, sound)
    found = torch.stft(
        x, sound.window, sound.hop, window=w, pad_mode="constant", return_complex=True
    )
    return found * (2 / w.sum())


def waveform(spectra: Tensor, samples: int, sound: Sound) -> Tensor:
    """Waveforms (n, samples) whose spectra are nearest, by least squares: inverts `spectrum`.

    Griffin & Lim (1984), "Signal estimation from modified short-time Fourier transform", eq. 6.
    """
    w = _window(spectra.real, sound)
    scaled = spectra * (w.sum() / 2)
    return torch.istft(scaled, sound.window, sound.hop, window=w, length=samples)


def _window(like: Tensor, sound: Sound) -> Tensor:
    return torch.hann_window(sound.window, device=like.device, dtype=like.dtype)
