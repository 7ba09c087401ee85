"""Positives and negatives from two folders, as a person would: told, resumed elsewhere, used."""

import json
import shutil
import tomllib

import pytest
from PIL import Image
from tests.examples import pictures

from allegory.cli.main import main

# the parser is asked for its options as other releases of tyro allow it too
pytestmark = pytest.mark.filterwarnings("ignore:get_parser:DeprecationWarning")

SMALL = ("--network", "tiny", "--batch", "16", "--evaluations", "1", "--device", "cpu")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder with "people", each of a known tone, and "others"."""
    for name, seed in (("people", 0), ("others", 1)):
        (tmp_path / name).mkdir()
        rows = ["file_name,tone"]
        for i, picture in enumerate(pictures(200, 8, 8, seed=seed).store):
            Image.fromarray(picture).save(tmp_path / name / f"{i:03}.png")
            rows.append(f"{i:03}.png,{('light', 'dark')[i % 2]}")
        if name == "people":
            (tmp_path / name / "metadata.csv").write_text("\n".join(rows))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def allegory(*words, code=0):
    assert main([str(word) for word in words]) == code


def test_a_detector_is_trained_resumed_from_elsewhere_and_used(home, monkeypatch, capsys):
    small = (*SMALL, "--images", "64", "--latents", "3")
    allegory("train", "dbvae", "people", "--negatives", "others", *small, "--out", "run")
    data = tomllib.loads((home / "run" / "run.toml").read_text())["data"]
    assert data["source"] == str(home / "people")
    assert data["negatives"] == str(home / "others")
    run, elsewhere = home / "run", home / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    allegory("resume", run, "--images", "128")
    capsys.readouterr()
    measures = ("--measure", "classification", "groups", "--group", "tone")
    allegory("evaluate", run, *measures, "--json")
    found = json.loads(capsys.readouterr().out)["measures"]
    assert found["classification"]["basis"]["n"] == 40
    assert {"class negative", "class positive"} <= found["classification"]["figures"].keys()
    assert found["groups"]["basis"]["positive"] == "positive"
    assert found["groups"]["basis"]["n"] == 20
    assert any("20 examples lack a group" in note for note in found["groups"]["notes"])
    even = elsewhere / "even"
    for name, source in (("positive", "people"), ("negative", "others")):
        shutil.copytree(home / source, even / name, ignore=shutil.ignore_patterns("*.csv"))
    allegory("evaluate", run, even, "--measure", "classification", "--json")
    found = json.loads(capsys.readouterr().out)["measures"]["classification"]
    assert found["basis"]["n"] == 40
    assert "class positive" in found["figures"]
    allegory("sample", run, "-n", "4", "--out", "samples.png")
    allegory("traverse", run, "--out", "axes.png")
    allegory("reconstruct", run, home / "others", "--out", "pairs.png")
    allegory("report", run)
    for name in ("samples.png", "axes.png", "pairs.png"):
        assert (elsewhere / name).stat().st_size


@pytest.mark.parametrize(
    ("negatives", "answer"),
    [
        ("otherz", "no source and no folder here is called 'otherz'"),
        ("objectz", "did you mean 'objects'"),
        ("./otherz", "no such file or folder"),
        ("empty", "no pictures in"),
        ("people", "positives and negatives are the same"),
    ],
)
def test_negatives_that_can_not_be_used_are_told(home, capsys, negatives, answer):
    (home / "empty").mkdir()
    allegory("train", "dbvae", "people", "--negatives", negatives, *SMALL, code=2)
    assert answer in capsys.readouterr().err
    assert not (home / "runs").exists()


def test_a_folder_without_labels_is_told_what_is_missing(home, capsys):
    allegory("train", "dbvae", "people", *SMALL, code=2)
    assert "--negatives" in capsys.readouterr().err


def test_a_sweep_keeps_where_its_negatives_are(home):
    asked = ("--measure", "classification", "--out", "swept", "--images", "32", "--seeds", "2")
    allegory("sweep", "classifier", "people", "--negatives", "others", *asked, *SMALL[:-2])
    settings = tomllib.loads((home / "swept" / "sweep.toml").read_text())
    assert settings["run"]["data"]["negatives"] == str(home / "others")
