"""Translating in the studio: what there is to begin with, sounds, colours to draw with."""

import io

import numpy as np
import pytest
import soundfile

from allegory.api.runs import train
from allegory.media import Images, Pairs, Sound
from allegory.studio.palette import palette
from allegory.studio.shelf import Shelf
from studios import client_of, sentence


class Echoes:
    """Translates sounds into themselves."""

    media = Pairs(
        *[Images("L", 16, 16, sound=Sound(8000, 256, 64, 40.0, 4000.0, -80.0))] * 2, ("a", "b")
    )
    targets = ("a", "b")

    def translate(self, x, to, *, rng=None):
        return x

    def toward(self, to):
        return self


def wav(samples, rate=8000):
    file = io.BytesIO()
    soundfile.write(file, 0.3 * np.sin(np.arange(samples) / 5), rate, format="WAV")
    return {"file": ("a", file.getvalue())}


@pytest.fixture(scope="module")
def towns(tmp_path_factory):
    home = tmp_path_factory.mktemp("towns")
    options = {"network": "tiny", "images": 16, "batch": 8, "evaluations": 1, "device": "cpu"}
    train("pix2pix", "towns", out=home / "towns", size="16", examples=40, **options)
    with client_of(home) as client:
        yield client


def test_a_domain_is_told_with_examples_and_colours(towns):
    found = towns.get("/api/runs/towns/domain").json()
    assert (found["from"], found["to"], found["shape"]) == ("map", "aerial", [3, 16, 16])
    assert not found["sound"]
    for k in range(found["examples"]):
        picture = towns.get(f"/api/runs/towns/domain/{k}")
        assert picture.content.startswith(b"\x89PNG")
    assert towns.get(f"/api/runs/towns/domain/{found['examples']}").status_code in (404, 422)
    assert len(found["palette"]) > 2
    assert "pictures" in sentence(towns.post("/api/runs/towns/spectrogram", files=wav(800)))


def test_a_sound_keeps_its_length_and_rate(client, monkeypatch):
    monkeypatch.setattr(Shelf, "model", lambda *_: Echoes())
    found = client.post("/api/translate?run=spots&to=b", files=wav(12_345, 16_000))
    x, rate = soundfile.read(io.BytesIO(found.content))
    assert (len(x), rate) == (12_345, 16_000)
    seen = client.post("/api/runs/spots/spectrogram?to=b", files=wav(800))
    assert seen.content.startswith(b"\x89PNG")
    assert client.get("/api/runs/spots/domain?to=b").json()["examples"] == 0


def test_what_is_no_sound_or_too_long_is_refused(client, monkeypatch):
    monkeypatch.setattr(Shelf, "model", lambda *_: Echoes())
    for content in (b"", b"RIFF", b"\x89PNG" * 99):
        answer = client.post("/api/translate?run=spots&to=b", files={"file": ("a", content)})
        assert "can't read the sound" in sentence(answer)
    answer = client.post("/api/translate?run=spots&to=b", files=wav(61 * 8000))
    assert "61 s" in sentence(answer)


def test_a_palette_holds_the_common_colours_that_are_unlike():
    pixels = np.zeros((1, 10, 10, 3), np.uint8)
    pixels[:, :5] = (200, 30, 30)
    pixels[:, :2] = (204, 34, 26)
    assert palette(pixels) == ["#000000", "#c81e1e"]
    assert palette(np.full((2, 4, 4, 1), 255, np.uint8)) == ["#ffffff"]
    assert palette(np.zeros((0, 4, 4, 3), np.uint8)) == []
