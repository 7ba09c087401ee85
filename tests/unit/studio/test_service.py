"""What a model can do, as JSON."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from allegory.runs.folder import RunFolder
from allegory.studio.shelf import Shelf
from allegory.tools.sample import sample
from studios import Swaps, client_of, png, sentence


@pytest.fixture(scope="module")
def model(runs):
    return RunFolder(runs / "spots").model()


@pytest.fixture
def service(runs):
    with client_of(runs, pages=False, only="spots") as found:
        yield found


def test_samples_are_those_of_the_tool(service, model):
    found = service.get("/api/sample", params={"n": 3, "seed": 5}).json()["x"]
    torch.testing.assert_close(torch.tensor(found), sample(model, 3, rng=5), atol=1e-5, rtol=0)
    sheet = service.get("/api/sample", params={"format": "png"})
    assert sheet.headers["content-type"] == "image/png"


def test_codes_come_and_go(service, model):
    x = sample(model, 2, rng=0)
    code = service.post("/api/encode", json={"x": x.tolist()}).json()
    posterior = model.encode(x)
    torch.testing.assert_close(torch.tensor(code["mean"]), posterior.mean, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(torch.tensor(code["std"]), posterior.std, atol=1e-4, rtol=1e-4)
    back = service.post("/api/decode", json={"z": code["mean"]}).json()["x"]
    expected = model.decode(torch.tensor(code["mean"]))
    torch.testing.assert_close(torch.tensor(back), expected, atol=1e-4, rtol=1e-4)


def test_scores_are_in_nats(service, model):
    x = sample(model, 2, rng=0)
    found = service.post("/api/score", json={"x": x.tolist()}, params={"seed": 1}).json()
    assert found["density"] == "lower bound"
    expected = model.log_prob(x, rng=1, draws=4)
    torch.testing.assert_close(torch.tensor(found["log_prob"]), expected, atol=1e-2, rtol=1e-4)


def test_pictures_are_read_as_the_model_reads_them(service, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    content = png(pixels, tmp_path / "own.png").read_bytes()
    found = service.post("/api/read", files=[("files", ("a", content))] * 2).json()["x"]
    expected = pixels.transpose(2, 0, 1) / 127.5 - 1
    np.testing.assert_allclose(found, [expected, expected], atol=1e-5)


@pytest.mark.parametrize(
    "x", [[1], [[1, 2], [3]], ["a"], [None], [[]], [{}], [[[[1e40]]]], [[[1.0] * 16] * 16]]
)
def test_what_are_no_examples_is_told(service, x):
    for route in ("encode", "score"):
        sentence(service.post(f"/api/{route}", json={"x": x}))


def test_where_there_are_several_runs_one_is_named(runs, client):
    assert client.get("/api/sample", params={"run": "spots", "n": 1}).status_code == 200
    assert "unknown run" in sentence(client.get("/api/sample", params={"run": "../spots"}))


def test_a_picture_is_translated_at_its_own_size(service, tmp_path, monkeypatch):
    monkeypatch.setattr(Shelf, "model", lambda *_: Swaps())
    pixels = np.full((20, 31, 3), 55, np.uint8)
    content = png(pixels, tmp_path / "own.png").read_bytes()
    found = service.post("/api/translate", files={"file": ("a", content)})
    picture = np.asarray(Image.open(io.BytesIO(found.content)))
    np.testing.assert_allclose(picture, np.full((20, 31, 3), 200), atol=2)
    wrong = service.post("/api/translate?to=light", files={"file": ("a", content)})
    assert "unknown domain" in sentence(wrong)
    Image.new("1", (3000, 3000)).save(tmp_path / "large.png")
    large = (tmp_path / "large.png").read_bytes()
    assert "pixels" in sentence(service.post("/api/translate", files={"file": ("a", large)}))
    junk = service.post("/api/translate", files={"file": ("a", b"GIF89a")})
    assert "can't read the picture" in sentence(junk)
