"""What a person is told when the folder of a run is not as training left it."""

import json
import shutil

import numpy as np
import pytest


@pytest.fixture
def damaged(trained):
    """The shell of the trained run, and a copy of the run to be damaged."""
    copy = trained.home / "damaged"
    shutil.copytree(trained.home / "run", copy)
    yield trained, copy
    shutil.rmtree(copy)


def edit(path, before, after):
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


def test_settings_that_the_weights_do_not_fit(damaged):
    shell, run = damaged
    edit(run / "run.toml", "latents = 4", "latents = 5")
    shell("resume", run, "--images", "640", code=2)
    assert "trained with other settings" in shell.err


def test_data_that_have_changed_since_are_told(damaged):
    shell, run = damaged
    card = json.loads((run / "model.json").read_text())
    card["about"]["fingerprint"] = "another"
    (run / "model.json").write_text(json.dumps(card))
    shell("resume", run, "--images", "640")
    assert "are not those that the run began with" in shell.err


def test_checkpoints_that_are_all_torn_do_not_start_the_run_anew(damaged):
    shell, run = damaged
    for path in (run / "checkpoints").iterdir():
        path.write_bytes(b"torn")
    weights = (run / "last.safetensors").read_bytes()
    shell("resume", run, code=2)
    assert "no checkpoint" in shell.err
    assert (run / "last.safetensors").read_bytes() == weights


def test_a_total_that_has_been_seen_already(damaged):
    shell, run = damaged
    before = (run / "run.toml").read_text()
    shell("resume", run, "--images", "100", code=2)
    assert "has seen" in shell.err
    assert (run / "run.toml").read_text() == before


@pytest.mark.parametrize(
    ("name", "before", "after", "answer"),
    [
        ("model.json", '"mode": "RGB"', '"mode": "XYZ"', "XYZ"),
        ("model.json", '"latents"', '"latnets"', "latnets"),
        ("model.json", '"latents": 4', '"latents": 5', "size mismatch"),
        ("model.json", '"builder": "vae"', '"builder": "vea"', "did you mean 'vae'"),
        ("model.json", "{", "", "model.json"),
        ("run.toml", "[data]", "[data", "not TOML"),
    ],
)
def test_a_damaged_file_is_named(damaged, name, before, after, answer):
    shell, run = damaged
    edit(run / name, before, after)
    shell("reconstruct", run, code=2)
    assert answer in shell.err


def test_damaged_scores_are_named(damaged):
    shell, run = damaged
    (run / "evaluation.json").write_text("{")
    shell("report", run, code=2)
    assert "evaluation.json" in shell.err


def test_scores_on_other_data_do_not_need_the_run_s_own(shell, small):
    np.save(shell.home / "data.npy", np.random.default_rng(0).normal(size=(60, 2)))
    shell("train", "vae", "data.npy", "--out", "run", *small)
    (shell.home / "data.npy").unlink()
    assert shell.json("evaluate", "run", "moons", "--draws", "2")["n"] == 1_200
    assert "the report is as it was" in shell.err


def test_a_folder_that_is_no_run(shell):
    for verb in ("sample", "evaluate", "resume", "traverse"):
        shell(verb, "nowhere", code=2)
        assert "there is no folder nowhere" in shell.err
        shell(verb, ".", code=2)
        assert "run.toml" in shell.err


def test_data_that_changed_their_shape(shell, small):
    np.save(shell.home / "data.npy", np.random.default_rng(0).normal(size=(60, 2)))
    shell("train", "vae", "data.npy", "--out", "run", *small)
    np.save(shell.home / "data.npy", np.random.default_rng(0).normal(size=(60, 3)))
    for words in (("resume", "run", "--images", "640"), ("evaluate", "run"), ("report", "run")):
        shell(*words, code=2)
        assert "data.npy" in shell.err


def test_what_can_not_be_trained_leaves_no_run(shell, small):
    np.save(shell.home / "one.npy", np.zeros((1, 2)))
    shell("train", "vae", "one.npy", "--out", "run", *small, code=2)
    shell("train", "vae", "ring", "--out", "run", *small)
