"""Sounds in another voice: length, loudness and content, by models that are known."""

import numpy as np
import pytest
import soundfile

from allegory.data.sources.speech import RATE, draw, speak
from allegory.errors import UserError
from allegory.media import Images, Pairs
from allegory.runs.translate import translate_files
from allegory.sound.picture import sound_at
from allegory.tools.translate_sounds import translate_sound

SOUND = Images("L", 64, 32, sound=sound_at(8000))


class Same:
    """Answers with what it is given; counts what it saw."""

    targets = ("b",)

    def __init__(self, media=SOUND):
        self.media = Pairs(media, media, ("a", "b"), matched=False)
        self.widths = set()

    def translate(self, x, to, *, rng=None):
        self.widths.add(x.shape[3])
        return x


@pytest.fixture(scope="module")
def words():
    return speak(draw(2, 0), 9000, 0) * 0.1


@pytest.mark.parametrize("rate", [8000, 11025, 44100])
@pytest.mark.parametrize("samples", [1, 100, 4001, 30000])
def test_length_and_rate_stay_to_the_sample(samples, rate):
    model = Same()
    x = np.random.default_rng(0).normal(0, 0.1, samples).astype(np.float32)
    assert translate_sound(model, x, rate).shape == (samples,)
    assert model.widths == {32}, "whatever its length, it is seen in pieces as in training"


def test_what_changes_nothing_gives_back_the_sound(words):
    for x in words:
        y = translate_sound(Same(), x, RATE)
        low, again = (np.fft.rfft(v)[: len(x) // 4] for v in (x, y))
        kept = np.abs(np.vdot(low, again)) / np.linalg.norm(low) / np.linalg.norm(again)
        assert kept > 0.85, "of what is below 4 kHz, with its phases"
        assert np.linalg.norm(y) == pytest.approx(
            np.linalg.norm(low) * 2**0.5 / len(x) ** 0.5, 0.2
        )


def test_a_folder_keeps_names_rates_and_lengths_and_tells_what_it_skips(tmp_path, words):
    (tmp_path / "in" / "deep").mkdir(parents=True)
    soundfile.write(tmp_path / "in" / "a.wav", words[0], RATE)
    soundfile.write(tmp_path / "in" / "deep" / "b.flac", words[1][:5001], 22050)
    soundfile.write(tmp_path / "in" / "c.aiff", np.zeros(700, np.float32), 8000)
    (tmp_path / "in" / "d.wav").write_bytes(b"no sound at all")
    found = translate_files(Same(), tmp_path / "in", tmp_path / "out")
    about = {p.name: soundfile.info(p) for p in (tmp_path / "out").rglob("*") if p.is_file()}
    assert {name: (i.samplerate, i.frames) for name, i in about.items()} == {
        "a.wav": (RATE, 9000),
        "b.flac": (22050, 5001),
        "c.aiff.wav": (8000, 700),
    }
    assert [s.path for s in found.skipped] == ["d.wav"]


def test_a_model_of_pictures_reads_no_sound(tmp_path, words):
    with pytest.raises(UserError, match="translates pictures"):
        translate_sound(Same(Images("L", 16, 16)), words[0], RATE)
    soundfile.write(tmp_path / "a.wav", words[0], RATE)
    with pytest.raises(UserError, match="no pictures"):
        translate_files(Same(Images("L", 16, 16)), tmp_path, tmp_path / "out")
