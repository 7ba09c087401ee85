"""Synthetic voices: the same by seed, as long as asked, and what their factors say."""

import numpy as np
import pytest
import soundfile

from allegory.data.domains import domain
from allegory.data.open import open_data
from allegory.data.sources.speech import RATE, SPEAKERS, WORDS, draw, speak
from allegory.errors import UserError
from allegory.recipes.table import recipe


def fundamental(x):
    """Hz of the strongest period from 70 to 400 Hz, around the loudest moment."""
    size = 1024
    energy = np.convolve(x**2, np.ones(size), "valid")
    start = int(energy.argmax())
    piece = x[start : start + size] * np.hanning(size)
    found = np.fft.irfft(np.abs(np.fft.rfft(piece, 4 * size)) ** 2)
    lags = np.arange(RATE // 400, RATE // 70)
    return RATE / lags[found[lags].argmax()]


def test_the_same_seed_says_the_same_and_another_something_else():
    what = draw(3, 0)
    a, b, c = (speak(what, 4000, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(a, b)
    assert np.abs(a - c).max() > 0
    assert not np.array_equal(draw(20, 1).word, draw(20, 0).word)


@pytest.mark.parametrize("samples", [1, 63, 64, 1000])
def test_utterances_are_as_long_as_asked_and_finite(samples):
    said = speak(draw(2, 0), samples, 0)
    assert said.shape == (2, samples)
    assert np.isfinite(said).all()


def test_pitch_is_that_of_the_factor():
    what = draw(40, 0)
    voiced = np.flatnonzero(np.isin(what.word, [list(WORDS).index(w) for w in ("one", "nine")]))
    said = speak(what.select(voiced), 8000, 0)
    off = [np.log2(fundamental(x) / hz) for x, hz in zip(said, what.pitch[voiced], strict=True)]
    assert len(off) > 3
    assert np.abs(off).max() < 0.25, "octaves; the pitch falls by a quarter within a word"


def test_the_source_knows_what_is_said_and_by_whom():
    data = open_data("voices", examples=12, size="32x64")
    assert data.media.shape == (1, 32, 64)
    assert data.columns["label"].names == tuple(WORDS)
    assert data.columns["speaker"].names == tuple(SPEAKERS)
    low = open_data("voices", examples=12, size="32x64", rate="8000")
    with pytest.raises(UserError, match="rate 100 is out of range"):
        open_data("voices", examples=12, size="32x64", rate="100")
    assert low.media.sound.rate == 8000
    loud = low.take(np.arange(12)).flatten(1).max(1).values
    assert (loud > 0).all(), "no word is silent"


@pytest.fixture
def recordings(tmp_path):
    """Two folders of recordings, more of the first."""
    for name, n in (("ann", 9), ("ben", 6)):
        (tmp_path / name).mkdir()
        for k, x in enumerate(np.random.default_rng(n).normal(0, 0.1, (n, 2000))):
            soundfile.write(tmp_path / name / f"{k}.wav", x, 8000)
    return tmp_path


def test_the_recipe_of_voices_takes_recordings_of_two_voices(recordings):
    how = recipe("cyclegan-voices").data
    for data in (
        open_data(recordings, how),
        open_data(recordings / "ann", how, to=str(recordings / "ben")),
        open_data(recordings, how, domains=("label=ann", "label=ben")),
    ):
        assert data.media.names == ("ann", "ben")
        sizes = [len(domain(data, name)) for name in data.media.names]
        assert sizes[0] > sizes[1] > 0


def test_the_recipe_of_voices_takes_two_of_its_own():
    data = open_data("voices", recipe("cyclegan-voices").data, examples=24, size="16x16")
    assert data.media.names == ("bruno", "ada")
    other = open_data(
        "voices",
        recipe("cyclegan-voices").data,
        examples=24,
        size="16x16",
        domains=("speaker=ada", "speaker=bruno"),
    )
    assert other.media.names == ("ada", "bruno")
