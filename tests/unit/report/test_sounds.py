"""Sounds on pages and as files."""

import numpy as np
import soundfile
import torch

from allegory.cli.output import write_examples, write_pairs, write_strips
from allegory.data.open import open_data
from allegory.media import Images
from allegory.report.sounds import players
from allegory.report.views import show_examples, show_pairs
from allegory.sound.picture import sound_at

MEDIA = Images("L", 16, 12, sound=sound_at(8000))


def spectrograms(n=3, seed=0):
    return torch.rand(n, *MEDIA.shape, generator=torch.Generator().manual_seed(seed)) - 0.5


def test_each_example_of_a_folder_is_a_sound_beside_its_picture(tmp_path):
    write_examples(spectrograms(), MEDIA, tmp_path / "out", ("a", "b", "c"))
    assert len(list((tmp_path / "out").glob("*.png"))) == 3
    sound = soundfile.info(tmp_path / "out" / "000001.wav")
    assert (sound.samplerate, sound.frames) == (8000, 11 * MEDIA.sound.hop)
    again = open_data(tmp_path / "out", size="16x12")
    assert again.media == MEDIA
    assert again.columns["label"].kind == "text" or again.columns["label"].names


def test_a_sheet_and_strips_and_pairs_have_their_sounds_in_a_row(tmp_path):
    one = 11 * MEDIA.sound.hop + 2000
    write_examples(spectrograms(), MEDIA, tmp_path / "a.png")
    write_strips(spectrograms(4).view(2, 2, *MEDIA.shape), MEDIA, tmp_path / "b.png")
    write_pairs(spectrograms(), spectrograms(), MEDIA, tmp_path / "c.png")
    frames = [soundfile.info(tmp_path / f"{name}.wav").frames for name in "abc"]
    assert frames == [3 * one, 4 * one, 6 * one]


def test_pictures_without_sound_have_none(tmp_path):
    silent = Images("L", 16, 12)
    write_examples(spectrograms(), silent, tmp_path / "a.png")
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
    assert players(spectrograms(), silent, "x") == ""


def test_a_page_has_players_that_need_no_file():
    page = show_examples(spectrograms(), MEDIA, "samples", columns=3)
    assert page.count("<audio") == 3
    assert "data:audio/wav;base64," in page
    pairs = show_pairs(spectrograms(20), spectrograms(20), MEDIA, "pairs", columns=10)
    assert pairs.count("<audio") == 16, "of each side the first 8"


def test_what_is_written_sounds_like_its_spectrogram(tmp_path):
    t = np.arange(8000) / 8000
    soundfile.write(tmp_path / "a.wav", 0.3 * np.sin(2 * np.pi * 440 * t), 8000)
    data = open_data(tmp_path / "a.wav", size="32x32")
    write_examples(data.take(np.arange(1)), data.media, tmp_path / "b.png")
    x, _ = soundfile.read(tmp_path / "b.wav")
    loudest = np.abs(np.fft.rfft(x[:1900])).argmax() * 8000 / 1900
    assert abs(loudest - 440) < 40, "Hz: about a mel band"
