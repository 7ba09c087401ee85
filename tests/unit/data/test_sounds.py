"""Folders of sounds: what is read, what is passed over and why, and how windows are split."""

import numpy as np
import pytest
import soundfile

from allegory.data.check import check
from allegory.data.open import open_data
from allegory.data.reasons import Unreadable
from allegory.data.waveforms import read_sound, resampled, write_sound
from allegory.errors import UserError
from allegory.media import describe, media_from


def tone(seconds=0.6, hz=220.0, rate=8000, seed=0):
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * rate)) / rate
    return (0.3 * np.sin(2 * np.pi * hz * t) + 0.01 * rng.normal(size=len(t))).astype(np.float32)


def write(path, x, rate=8000, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, x, rate, **options)


@pytest.fixture
def folder(tmp_path):
    for k in range(8):
        write(
            tmp_path / "in" / "ab"[k % 2] / f"{k}.wav", tone(0.3 * k + 0.1, 100 + 20 * k, seed=k)
        )
    return tmp_path / "in"


def test_a_folder_of_sounds_opens_as_spectrograms(folder):
    data = open_data(folder, size="16x32")
    assert data.media.shape == (1, 16, 32)
    assert data.media.sound.rate == 8000
    assert media_from(describe(data.media)) == data.media
    assert data.columns["label"].names == ("a", "b")
    assert data.columns["start"].values.min() == 0
    assert data.take(np.arange(len(data))).abs().max() <= 1


def test_windows_of_one_file_are_in_one_split(folder):
    data = open_data(folder, size="16x32", validation=0.3, test=0.3)
    names = data.columns["file_name"].values
    sets = [set(names[rows].tolist()) for rows in data.splits.values()]
    assert sum(map(len, sets)) == 8 < len(data)
    assert all(sets)


def test_rates_channels_and_formats_are_brought_to_one(tmp_path):
    x = tone(0.5)
    write(tmp_path / "in" / "a.wav", x)
    write(tmp_path / "in" / "b.flac", resampled(x, 8000, 96000), 96000)
    write(tmp_path / "in" / "c.wav", np.tile(resampled(x, 8000, 44100)[:, None], (1, 8)), 44100)
    write(tmp_path / "in" / "d.WAV", x * 0.05, 8000)
    write(tmp_path / "in" / "e.ogg", resampled(x, 8000, 22050), 22050)
    data = open_data(tmp_path / "in", rate="8000", size="32x64")
    pictures = data.take(np.arange(len(data)))
    assert len(data) == 5
    assert (40 * (pictures[1:4] - pictures[0]).abs().mean()).item() < 1.5, "in dB"


def test_hostile_files_are_named_once_with_the_reason(folder, tmp_path):
    whole = (folder / "a" / "6.wav").read_bytes()
    for name, content in {
        "empty.wav": b"",
        "text.wav": b"these are only words",
        "head.wav": whole[:20],
        "zeros.flac": bytes(4000),
    }.items():
        (folder / "a" / name).write_bytes(content)
    (folder / "a" / "cut.wav").write_bytes(whole[: len(whole) // 2])
    write(folder / "a" / "none.wav", np.zeros(0, np.float32))
    write(folder / "a" / "nan.wav", np.full(900, np.nan, np.float32), subtype="FLOAT")
    write(folder / "a" / "silence.wav", np.zeros(900, np.float32))
    write(folder / "a" / "one.wav", np.full(1, 0.5, np.float32))
    (folder / "a" / "folder.wav").mkdir()
    report = check(folder, size="16x16")
    reasons = {s["path"].split("/")[-1]: s["reason"] for s in report.skipped}
    assert len(report.skipped) == len(reasons)
    words = {
        "empty.wav": "0 bytes",
        "text.wav": "text",
        "head.wav": "cut off",
        "zeros.flac": "zeros only",
        "none.wav": "0 samples",
        "nan.wav": "no finite numbers",
        "silence.wav": "silence only",
        "folder.wav": "a folder",
    }
    assert reasons.keys() == words.keys()
    assert all(words[name] in reason for name, reason in reasons.items())
    assert report.rates == {"8000 Hz": 10}
    assert "mel bands" in report.text()


def test_settings_that_make_no_sense_of_sounds_are_refused(folder):
    for wrong in ({"flip": True}, {"binarize": True}, {"mode": "rgb"}, {"rate": "200"}):
        with pytest.raises(UserError, match=r"sounds|out of range"):
            open_data(folder, size="16x16", **wrong)


def test_a_folder_without_one_readable_sound_says_why(tmp_path):
    (tmp_path / "a.wav").touch()
    with pytest.raises(
        UserError, match=r"no sound in .* can be read, of 1: a\.wav: an empty file"
    ):
        open_data(tmp_path)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg"])
def test_what_is_written_is_read_again_and_nothing_is_clipped(tmp_path, suffix):
    x = 3 * tone(0.5)
    write_sound(tmp_path / f"a{suffix}", x, 8000)
    found, rate = read_sound(tmp_path / f"a{suffix}")
    assert (len(found), rate) == (len(x), 8000)
    assert np.corrcoef(found, x)[0, 1] > 0.99
    assert np.abs(found).max() < 1.01


def test_a_sound_that_cannot_be_written_or_read_is_said_so(tmp_path):
    with pytest.raises(UserError, match=r"written as \.wav"):
        write_sound(tmp_path / "a.doc", tone(), 8000)
    with pytest.raises(Unreadable, match="gone"):
        read_sound(tmp_path / "a.wav")
