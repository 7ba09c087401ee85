"""The library in a line each."""

import numpy as np
import pytest

import allegory


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("ALLEGORY_CACHE", str(tmp_path / "cache"))
    array = np.random.default_rng(0).integers(0, 255, (40, 12, 12), np.uint8)
    return allegory.open_data(array)


SMALL = {"images": 64, "network": "tiny", "latents": 2, "batch": 16}


def test_an_open_data_set_trains_and_its_run_goes_on_by_itself(data, tmp_path):
    allegory.train("vae", data, out=tmp_path / "run", **SMALL)
    assert allegory.resume(tmp_path / "run", images=96).journal()[-1]["images"] == 96


def test_an_open_data_set_that_the_run_could_not_open_again_is_refused(data, tmp_path):
    with pytest.raises(allegory.UserError, match="part of"):
        allegory.train("vae", data.split("train"), out=tmp_path / "run", **SMALL)
    ring = allegory.open_data("ring", examples=100)
    with pytest.raises(allegory.UserError, match="settings"):
        allegory.train("vae", ring, out=tmp_path / "run", **SMALL)
    allegory.train("vae", ring, out=tmp_path / "run", examples=100, **SMALL)
