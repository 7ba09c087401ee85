"""Exploring a model's latent space over the wire."""

import io
import json
import struct

import numpy as np
import pytest
import torch
from PIL import Image

from allegory.media import to_bytes
from allegory.runs.folder import RunFolder
from studios import png, sentence

OWN = {"origin": "http://127.0.0.1:8765", "host": "127.0.0.1:8765"}


@pytest.fixture(scope="module")
def model(runs):
    return RunFolder(runs / "spots").model()


def opened(client):
    return client.websocket_connect("/api/runs/spots/decode", headers=OWN)


def test_a_move_is_answered_with_what_the_model_decodes(client, model):
    z = torch.randn(model.latent.size, generator=torch.Generator().manual_seed(1))
    with opened(client) as socket:
        socket.send_text(json.dumps({"n": 7, "z": z.tolist()}))
        answer = socket.receive_bytes()
    number, width, height, channels = struct.unpack("<4I", answer[:16])
    assert (number, channels, height, width) == (7, *model.media.shape)
    with torch.inference_mode():
        expected = to_bytes(model.decode(z[None]))[0].permute(1, 2, 0).numpy()
    found = np.frombuffer(answer[16:], np.uint8).reshape(height, width, channels)
    np.testing.assert_allclose(found.astype(int), expected.astype(int), atol=1)


BAD = [
    "",
    "{",
    "[]",
    "null",
    '{"n": 1}',
    '{"n": 1, "z": "x"}',
    '{"n": 1, "z": [1]}',
    '{"n": 1, "z": [NaN]}',
    '{"n": 1e999, "z": []}',
    "[" * 5000,
    json.dumps({"n": 1, "z": [1e9] * 32}),
    json.dumps({"n": 1, "z": [0.0] * 32, "label": 3}),
    json.dumps({"n": 1, "z": [0.0] * 32, "label": "nothing"}),
]


def test_bad_messages_are_told_and_the_socket_lives(client, model):
    with opened(client) as socket:
        for message in BAD:
            socket.send_text(message)
            assert socket.receive_json()["error"].endswith("."), message
        socket.send_bytes(b"\x00\xff")
        assert "error" in socket.receive_json()
        socket.send_text(json.dumps({"n": 1, "z": [0.0] * model.latent.size}))
        assert len(socket.receive_bytes()) > 16


def test_a_socket_of_no_run_says_so_and_closes(client):
    with client.websocket_connect("/api/runs/nothing/decode", headers=OWN) as socket:
        assert "unknown run" in socket.receive_json()["error"]


def test_ways_are_ranked_by_effect(client, model):
    space = client.get("/api/runs/spots/space").json()
    shares = [way["share"] for way in space["ways"]]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1.0, abs=1e-4)
    assert len(space["start"]) == space["size"] == model.latent.size
    assert len(space["codes"]) == len(space["places"]) > 0
    sheet = Image.open(io.BytesIO(client.get("/api/runs/spots/map").content))
    assert sheet.size[0] == 20 * space["shape"][2]


def test_strips_and_paths_are_pictures(client, model):
    z = [0.0] * model.latent.size
    strips = client.post("/api/runs/spots/strips", json={"z": z, "ways": [0, 1]})
    path = client.post("/api/runs/spots/interpolate", json={"a": z, "b": [0.5, *z[1:]]})
    for answer in (strips, path):
        assert answer.headers["content-type"] == "image/png"
    wrong = client.post("/api/runs/spots/strips", json={"z": z, "ways": [4000]})
    assert "ways" in sentence(wrong)
    wrong = client.post("/api/runs/spots/strips", json={"z": z[1:], "ways": [0]})
    assert "numbers" in sentence(wrong)


def test_an_own_picture_has_the_code_that_the_model_gives_it(client, model, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    content = png(pixels, tmp_path / "own.png").read_bytes()
    answer = client.post("/api/runs/spots/encode", files={"file": ("../../x.png", content)})
    x = torch.from_numpy(pixels).permute(2, 0, 1)[None] / 127.5 - 1
    with torch.inference_mode():
        expected = model.encode(x).mean[0]
    torch.testing.assert_close(torch.tensor(answer.json()["z"]), expected, atol=1e-4, rtol=1e-4)


def test_what_is_no_picture_is_refused_without_a_path(client, tmp_path):
    huge = Image.new("1", (30_000, 30_000))
    huge.save(tmp_path / "huge.png")
    for content in (
        b"",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n" * 9,
        (tmp_path / "huge.png").read_bytes(),
    ):
        answer = client.post("/api/runs/spots/encode", files={"file": ("a", content)})
        assert answer.status_code == 400
        assert "can't read the file" in sentence(answer)
        assert "/tmp" not in answer.text
