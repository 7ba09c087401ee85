"""Laws of sounds as pictures: transform and inverse, mel bands, phases, lengths."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from allegory.sound.mel import filters, hertz, mel, unmixed
from allegory.sound.phase import griffin_lim, inconsistency
from allegory.sound.picture import drawn, gain, heard, sound_at
from allegory.sound.spectrum import frames_of, spectrum, waveform

SOUND = sound_at(8000)


def noise(n, samples, seed=0):
    return torch.randn(n, samples, generator=torch.Generator().manual_seed(seed))


def sine(hz, samples, rate=8000):
    return torch.sin(2 * math.pi * hz * torch.arange(samples) / rate)[None]


@settings(max_examples=40, deadline=None)
@given(samples=st.integers(1, 3000), rate=st.sampled_from([8000, 11025, 16000]))
def test_a_waveform_comes_back_from_its_spectrum(samples, rate):
    sound = sound_at(rate)
    x = noise(2, samples)
    found = spectrum(x, sound)
    assert found.shape[2] == frames_of(samples, sound)
    torch.testing.assert_close(waveform(found, samples, sound), x, atol=1e-4, rtol=1e-4)


def test_a_sine_at_full_scale_has_magnitude_one_and_nothing_is_louder_in_a_picture():
    x = sine(1000, 4000)
    assert spectrum(x, SOUND).abs()[0, :, 30].max().item() == pytest.approx(1, abs=0.01)
    assert drawn(2 * x, 64, SOUND).max() <= 1


def test_mels_are_those_of_the_literature():
    assert mel(torch.tensor(1000.0)).item() == pytest.approx(1000, abs=0.1)
    assert mel(torch.tensor(0.0)).item() == 0
    assert mel(torch.tensor(4000.0)).item() == pytest.approx(2146.06, abs=0.1)
    f = torch.linspace(0, 8000, 50)
    torch.testing.assert_close(hertz(mel(f)), f, atol=0.1, rtol=1e-4)


@pytest.mark.parametrize("bands", [16, 64, 80, 128])
def test_each_band_weighs_one_and_they_rise(bands):
    rows = filters(bands, SOUND)
    torch.testing.assert_close(rows.sum(1), torch.ones(bands))
    centres = rows @ torch.arange(rows.shape[1], dtype=torch.float32)
    assert (centres.diff() > 0).all()


def test_a_tone_lights_the_row_of_its_pitch_low_ones_below():
    low, high = (drawn(sine(hz, 4000), 64, SOUND)[0, 0, :, 30].argmax() for hz in (300, 2500))
    edges = hertz(torch.linspace(*mel(torch.tensor([40.0, 4000.0])).tolist(), 66))
    assert low > high
    assert abs(edges[64 - int(high)] - 2500) < 100


def test_magnitudes_that_bands_come_from_give_these_bands():
    x = spectrum(noise(2, 2000), SOUND).abs()
    bands = filters(32, SOUND) @ x
    found = unmixed(bands, SOUND)
    assert (found >= 0).all()
    assert ((filters(32, SOUND) @ found - bands).norm() / bands.norm()).item() < 0.02


def test_fast_griffin_lim_reduces_inconsistency_and_more_than_the_slow_one():
    magnitude = spectrum(noise(2, 2000) * torch.hann_window(2000), SOUND).abs()
    off = {
        (rounds, push): inconsistency(
            magnitude, griffin_lim(magnitude, 2000, SOUND, rounds=rounds, push=push), SOUND
        ).mean()
        for rounds, push in [(0, 0.0), (10, 0.0), (40, 0.0), (40, 0.99)]
    }
    assert off[0, 0.0] > off[10, 0.0] > off[40, 0.0] > off[40, 0.99]


def test_griffin_lim_keeps_a_waveform_that_it_starts_from():
    x = noise(1, 1000)
    found = griffin_lim(spectrum(x, SOUND).abs(), 1000, SOUND, start=x)
    torch.testing.assert_close(found, x, atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("samples", [*range(1, 300, 13), 1023, 1024, 4000])
def test_what_is_heard_is_as_long_as_what_was_drawn(samples):
    assert heard(drawn(noise(1, samples), 16, SOUND), SOUND, samples).shape == (1, samples)


def test_a_sound_drawn_and_heard_and_drawn_again_looks_the_same():
    t = torch.arange(4000) / 8000
    voiced = sum(torch.sin(2 * math.pi * 120 * k * t) / k for k in range(1, 25))
    x = (voiced * torch.hann_window(4000) * 0.1)[None]
    picture = drawn(x, 64, SOUND)
    again = drawn(heard(picture, SOUND, 4000), 64, SOUND)
    assert (40 * (again - picture).abs().mean()).item() < 1.5, "in dB"


def test_silence_is_silent():
    picture = drawn(torch.zeros(1, 500), 16, SOUND)
    assert (picture == -1).all()
    assert heard(picture, SOUND, 500).abs().max() == 0
    assert gain(torch.zeros(500), 8000) == 1


@settings(max_examples=20, deadline=None)
@given(level=st.floats(1e-3, 1), pause=st.integers(0, 8000))
def test_loudness_does_not_depend_on_level_and_pauses(level, pause):
    x = torch.cat([noise(1, 4000)[0] * level, torch.zeros(pause)])
    scaled = x * gain(x, 8000)
    assert scaled[:4000].square().mean().sqrt().item() == pytest.approx(0.1, rel=0.05)
