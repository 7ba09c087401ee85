"""The moments of a run on points, as the page that plays them reads them."""

import numpy as np
import pytest

from allegory.api.runs import train
from allegory.report.moments import Moment, read_moments, write_moment
from studios import client_of


@pytest.fixture(scope="module")
def toys(tmp_path_factory):
    home = tmp_path_factory.mktemp("toys")
    rows = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)
    np.save(home / "rows.npy", rows)
    options = {"network": "tiny", "images": 64, "batch": 16, "evaluations": 2, "device": "cpu"}
    train("gan-toy", home / "rows.npy", out=home / "runs" / "toy", **options)
    return home / "runs"


def test_moments_are_those_of_the_run(toys):
    client = client_of(toys)
    assert client.get("/api/runs/toy").json()["tabs"] == ["distributions"]
    told = client.get("/api/runs/toy/moments").json()
    recorded = read_moments(toys / "toy")
    assert [m["images"] for m in told["moments"]] == [m.images for m in recorded] != []
    for one, other in zip(told["moments"], recorded, strict=True):
        np.testing.assert_allclose(one["points"], other.points, atol=1e-4)
        np.testing.assert_allclose(one["realness"], other.realness, atol=1e-4)
    np.testing.assert_allclose(told["noise"], recorded[-1].noise, atol=1e-4)
    np.testing.assert_allclose(told["data"], recorded[-1].data, atol=1e-4)


def test_what_is_not_finite_and_what_was_not_recorded_is_told(runs, toys, tmp_path):
    ends = np.zeros(1, np.float32), np.ones(1, np.float32)
    points = np.array([[np.nan], [np.inf], [0.5]], np.float32)
    (tmp_path / "runs" / "torn").mkdir(parents=True)
    (tmp_path / "runs" / "torn" / "run.toml").write_text("")
    write_moment(Moment(8, points, points, *ends), tmp_path / "runs" / "torn")
    told = client_of(tmp_path / "runs").get("/api/runs/torn/moments").json()
    assert told["moments"][0]["points"] == [[1e9], [1e9], [0.5]]
    assert (told["noise"], told["moments"][0]["realness"]) == (None, None)
    assert client_of(runs).get("/api/runs/spots/moments").json() == {"moments": []}
