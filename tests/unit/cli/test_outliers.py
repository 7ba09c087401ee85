"""allegory outliers, on runs that are trained for a moment."""

import csv
import json

import numpy as np
import pytest
import torch
from PIL import Image

import allegory
from allegory.cli.main import main
from allegory.cli.outliers import rounded_up
from allegory.measures.outliers import threshold

# the parser is asked for its options as other releases of tyro allow it too
pytestmark = pytest.mark.filterwarnings("ignore:get_parser:DeprecationWarning")

SMALL = {"images": 200, "network": "tiny", "latents": 2, "batch": 16, "evaluations": 1}


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def spots(n, seed=0):
    """Bright spots on black, 12 x 12."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:12, :12]
    cy, cx = rng.uniform(3, 9, (2, n, 1, 1))
    return (255 * np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / 9)).astype(np.uint8)


@pytest.fixture
def run(here):
    """A VAE of spots, with 100 held-out ones."""
    np.save("spots.npy", spots(250))
    allegory.train("vae", "spots.npy", out="run", validation=0.2, test=0.2, **SMALL)
    return here


@pytest.fixture
def folder(here):
    """Ten spots and two strange pictures."""
    path = here / "mixed"
    path.mkdir()
    for i, picture in enumerate(spots(10, seed=3)):
        Image.fromarray(picture).save(path / f"spot-{i}.png")
    noise = np.random.default_rng(0).integers(0, 255, (12, 12), np.uint8)
    Image.fromarray(noise).save(path / "noise.png")
    Image.fromarray(np.full((12, 12), 200, np.uint8)).save(path / "plain.png")
    (path / "broken.png").write_bytes(b"no picture")
    return path


def call(*words):
    assert main(["outliers", *map(str, words)]) == 0


def refused(capsys, *words):
    assert main(["outliers", *map(str, words)]) == 2
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert line.startswith("allegory: ")
    return line


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_what_does_not_belong_comes_first(run, folder, capsys):
    call("run", folder, "--out", "o.csv", "--html", "--json")
    found = json.loads(capsys.readouterr().out)
    rows = rows_of(run / "o.csv")
    assert {row["file_name"] for row in rows[:2]} == {"noise.png", "plain.png"}
    assert [row["outlier"] for row in rows[:2]] == ["yes", "yes"]
    assert (found["examples"], found["calibrated_on"], found["score"]) == (12, 50, "combined")
    assert found["outliers"] == sum(row["outlier"] == "yes" for row in rows)
    assert found["most_unusual"][0]["file_name"] == rows[0]["file_name"]
    assert float(rows[0]["combined"]) > found["threshold"]
    page = (run / "o.html").read_text(encoding="utf-8")
    assert page.index("noise.png") < page.index("spot-0.png")
    assert "Allegory · run" in page
    assert page.count('class="card outlier"') == found["outliers"]
    assert "1 file could not be read" in page


def test_the_same_command_gives_the_same_and_the_data_are_needed_once(run, folder, capsys):
    call("run", folder, "--out", "a.csv")
    (run / "spots.npy").unlink()
    call("run", folder, "--out", "b.csv")
    assert (run / "a.csv").read_bytes() == (run / "b.csv").read_bytes()
    call("run", folder, "--out", "c.csv", "--false-alarms", "0.5", "--score", "reconstruction")
    strict, loose = (
        sum(row["outlier"] == "yes" for row in rows_of(run / name)) for name in ("a.csv", "c.csv")
    )
    assert strict < loose
    assert list(rows_of(run / "c.csv")[0])[:5] == [
        *("row", "file_name", "outlier", "p_value", "reconstruction")
    ]


def test_a_slow_score_is_told_where_it_is_asked_for(run, folder):
    call("run", folder, "--out", "a.csv")
    assert "regret" not in rows_of(run / "a.csv")[0]
    call("run", folder, "--out", "r.csv", "--score", "regret")
    assert all(float(row["regret"]) >= 0 for row in rows_of(run / "r.csv"))
    call("run", folder, "--out", "b.csv")
    assert (run / "a.csv").read_bytes() == (run / "b.csv").read_bytes()


def test_too_few_normal_examples_flag_nothing_and_it_is_said(run, folder, capsys):
    call("run", folder, "--false-alarms", "0.001", "--json")
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert (found["outliers"], found["threshold"]) == (0, None)
    assert "50 normal examples can't tell one in 1,000" in err


def test_the_least_share_that_is_named_is_enough():
    for m in range(1, 2501):
        share = float(f"{rounded_up(1 / (m + 1)):.2g}")
        assert 1 / (m + 1) <= share * (1 + 1e-9) < 1.1001 / (m + 1)
        assert threshold(torch.arange(float(m)), share) == m - 1


def test_by_default_the_own_data_are_searched(run, capsys):
    call("run", "--out", "o.npz", "--json")
    assert json.loads(capsys.readouterr().out)["examples"] == 250
    assert len(np.load("o.npz")["row"]) == 250


@pytest.mark.parametrize("recipe", ["gan", "autoencoder", "vae"])
def test_vectors_and_models_without_an_encoder(here, capsys, recipe):
    allegory.train(recipe, "ring", out="run", examples=400, **SMALL)
    np.save("far.npy", np.full((3, 2), 50.0, np.float32))
    call("run", "far.npy", "--html", "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["outliers"] == 3
    assert "combined" in (here / "outliers.html").read_text(encoding="utf-8")


def test_a_gan_of_pictures_says_that_it_can_not_show_where(here, folder, capsys):
    np.save("spots.npy", spots(250))
    allegory.train("gan", "spots.npy", out="run", validation=0.2, test=0.2, **SMALL)
    call("run", folder, "--html", "--json")
    names = [one["file_name"] for one in json.loads(capsys.readouterr().out)["most_unusual"]]
    assert {"noise.png", "plain.png"} == set(names[:2])
    assert "reconstruct, so it" in (here / "outliers.html").read_text(encoding="utf-8")


def test_mistakes(run, folder, capsys):
    assert "did you mean 'combined'" in refused(capsys, "run", "--score", "combine")
    assert "tables are written as .csv" in refused(capsys, "run", "--out", "o.txt")
    assert "lie in (0, 1)" in refused(capsys, "run", "--false-alarms", "5")
    assert "'realness' can't be had" in refused(capsys, "run", "--score", "realness")
    allegory.train("classifier", "digits", out="c", images=32, network="tiny", batch=16)
    line = refused(capsys, "c")
    assert "'outliers' needs a model that" in line
    assert "(Encodes) or says how probable an example is (Scores) or" in line
    np.save("few.npy", spots(30))
    allegory.train("vae", "few.npy", out="few", **SMALL)
    assert "it takes 40 to tell" in refused(capsys, "few")


def test_to_a_model_of_some_classes_the_others_are_not_normal(here, capsys):
    noise = np.random.default_rng(0).integers(0, 255, (250, 12, 12), np.uint8)
    label = np.array(["spot", "noise"]).repeat(250)
    np.savez("both.npz", x=np.concatenate([spots(250), noise]), label=label)
    about = {"label": "label", "positive": "spot"}
    allegory.train("dbvae", "both.npz", out="run", validation=0.2, test=0.2, **about, **SMALL)
    call("run", "--json")
    assert 40 < json.loads(capsys.readouterr().out)["calibrated_on"] < 60
    flagged = {"spot": 0, "noise": 0}
    for row in rows_of(here / "outliers.csv"):
        flagged[row["label"]] += row["outlier"] == "yes"
    assert flagged["noise"] == 250
    assert flagged["spot"] < 50
