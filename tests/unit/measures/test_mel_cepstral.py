"""Mel-cepstral distortion: known answers, and what it must not depend on."""

import math

import numpy as np
import pytest
import torch

from allegory.measures.mel_cepstral import aligned, cepstra, mel_cepstral_distortion
from allegory.sound.picture import sound_at

SOUND = sound_at(8000)


def spoken(frames=20, seed=0):
    return torch.rand(1, 64, frames, generator=torch.Generator().manual_seed(seed)) - 0.3


def test_a_sound_is_not_far_from_itself_nor_from_itself_said_slower_or_louder():
    x = spoken()
    assert mel_cepstral_distortion(x, x, SOUND) == 0
    assert mel_cepstral_distortion(x, x.repeat_interleave(2, 2), SOUND) == pytest.approx(0)
    assert mel_cepstral_distortion(x, x + 0.1, SOUND) == pytest.approx(0, abs=1e-4)


def test_pauses_are_left_out():
    x = spoken()
    padded = torch.nn.functional.pad(x, (5, 9), value=-1.0)
    assert mel_cepstral_distortion(x, padded, SOUND) == 0
    assert math.isnan(mel_cepstral_distortion(x, torch.full((1, 64, 5), -1.0), SOUND))


def test_a_ripple_of_known_size_has_the_distortion_of_the_formula():
    band = (torch.arange(64.0) + 0.5).flip(0)
    ripple = torch.cos(math.pi * 3 * band / 64)
    x = torch.zeros(1, 64, 4)
    y = x + 0.05 * ripple[None, :, None]
    # 0.05 of the range is 2 dB; a cosine of amplitude A nepers is a coefficient of A
    nepers = 2 / 20 * math.log(10)
    wanted = 10 / math.log(10) * math.sqrt(2) * nepers
    assert cepstra(y, SOUND).shape == (4, 13)
    assert mel_cepstral_distortion(x, y, SOUND) == pytest.approx(wanted, rel=1e-3)


def test_the_path_is_the_cheapest():
    far = np.array([[0.0, 9.0, 9.0], [0.0, 9.0, 9.0], [9.0, 0.0, 0.0]])
    rows, columns = aligned(far)
    assert far[rows, columns].sum() == 0
    assert (rows[0], columns[0], rows[-1], columns[-1]) == (0, 0, 2, 2)
