"""The command line on a folder of pictures, as a person would use it."""

import csv
import json

import numpy as np
import pytest
from PIL import Image
from tests.examples import PAIRED, SYSTEMS, known_to, paired_by

from allegory import load
from allegory.recipes.table import RECIPES
from allegory.tools.requires import tools_for


def opened(shell, name):
    with Image.open(shell.home / name) as picture:
        picture.load()
        return picture


def test_check_then_train_then_everything_else(trained):
    run = trained.home / "run"
    for name in ("run.toml", "model.json", "best.safetensors", "metrics.jsonl", "report.html"):
        assert (run / name).stat().st_size > 0, name
    page = (run / "report.html").read_text()
    assert "<img" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert len(list((run / "checkpoints").iterdir())) == 2


def test_sample(trained):
    trained("sample", "run", "-n", "9", "--out", "s.png", "--seed", "1")
    assert opened(trained, "s.png").mode == "RGB"
    trained("sample", "run", "-n", "9", "--out", "again.png", "--seed", "1")
    trained("sample", "run", "--draw", "codes", "--out", "codes.png")
    assert (trained.home / "s.png").read_bytes() == (trained.home / "again.png").read_bytes()


def test_sample_for_other_programs(trained):
    trained("sample", "run", "-n", "3", "--truncation", "0.7", "--out", "singles")
    assert opened(trained, "singles/000002.png").size == (16, 16)
    trained("sample", "run", "-n", "3", "--out", "x.npy")
    assert np.load(trained.home / "x.npy", allow_pickle=False).shape == (3, 3, 16, 16)
    trained("sample", "run", "--label", "even", code=2)
    assert "(Conditional)" in trained.err


def test_invert(trained, folder):
    trained("invert", "run", "-n", "2", "--out", "found")
    assert opened(trained, "found/inverted.png").width > 16
    with (trained.home / "found/codes.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2
    assert {"z0", "z3", "std0", "label", "mse", "nearest_mse"} <= rows[0].keys()
    trained("invert", "run", next(folder.rglob("*.png")), "--out", "one")
    assert "1 example over" in trained.err


def test_reconstruct(trained, folder):
    trained("reconstruct", "run", folder, "-n", "8", "--out", "r.png")
    assert opened(trained, "r.png").width > 16


@pytest.mark.parametrize("suffix", ["png", "gif"])
def test_interpolate(trained, folder, suffix):
    trained("interpolate", "run", "--out", f"i.{suffix}", "--frames", "5")
    a, b = sorted(folder.rglob("*.png"))[:2]
    trained("interpolate", "run", "--from", a, "--to", b, "--out", f"ab.{suffix}")
    assert opened(trained, f"ab.{suffix}").width > 16


@pytest.mark.parametrize("suffix", ["png", "gif"])
def test_traverse(trained, folder, suffix):
    trained("traverse", "run", "-n", "3", "--out", f"t.{suffix}")
    own = next(folder.rglob("*.png"))
    trained("traverse", "run", "--image", own, "--latent", "2", "0", "--out", f"own.{suffix}")
    assert opened(trained, f"own.{suffix}").width > 16
    trained("traverse", "run", "--along", "directions", "-n", "2", "--out", f"d.{suffix}")
    assert "2 directions" in trained.err


def test_encode(trained, folder):
    trained("encode", "run", folder, "--out", "codes.csv")
    with (trained.home / "codes.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 60
    assert {"z0", "z3", "std0", "label"} <= rows[0].keys()
    trained("encode", "run", "--out", "codes.npz")
    with np.load(trained.home / "codes.npz", allow_pickle=False) as table:
        assert table["z0"].shape == (60,)


def test_evaluate(trained):
    pixels = ("--features", "pixels", "--samples", "40")
    scores = trained.json("evaluate", "run", "--draws", "8", *pixels)
    assert scores["n"] == 6
    groups = scores["measures"]
    bounds = groups["density"]["figures"]
    assert bounds["negative_bound"]["value"] <= bounds["negative_elbo"]["value"] + 5
    assert groups["reconstruction"]["figures"]["mse"]["value"] > 0
    assert groups["fidelity"]["basis"]["features"] == "pixels"
    assert json.loads((trained.home / "run/evaluation.json").read_text()) == scores
    page = (trained.home / "run/report.html").read_text()
    assert "Frechet distance" in page
    assert "most suspicious samples" in page
    assert "disentanglement: left out, " in trained.err
    table = trained("evaluate", "run", "--draws", "2", "--measure", "density")
    assert "bits/dim" in table
    assert "Frechet distance" not in table
    assert "Frechet distance" in (trained.home / "run/report.html").read_text()
    assert len((trained.home / "run/evaluations.jsonl").read_text().splitlines()) == 2


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("--measure", "fidelty"), "did you mean 'fidelity'"),
        (("--measure", "prediction"), "nothing was measured: prediction: it needs a model that"),
        (("--features", "pixel"), "did you mean 'pixels'"),
        (("--samples", "1"), "--samples must be at least 2"),
        (("--seed", "-1"), "--seed must be from 0"),
        (("--seed", "5000000000"), "--seed must be from 0"),
    ],
)
def test_evaluations_that_can_not_be_are_refused(trained, words, answer):
    trained("evaluate", "run", *words, code=2)
    assert answer in trained.err


def test_a_regressor_is_evaluated_on_what_it_reads(shell, folder, small):
    shell("train", "regressor", folder, "--out", "run", *known_to("regressor", small))
    group = shell.json("evaluate", "run", folder)["measures"]["prediction"]
    found = group["figures"]["brightness"]
    assert found["low"] < found["value"] < found["high"]
    assert found["n"] == group["basis"]["n"] == 6
    assert "brightness" in shell("evaluate", "run")


def test_a_classifier_is_evaluated_on_the_folders_names(shell, folder, small):
    shell("train", "classifier", folder, "--out", "run", *known_to("classifier", small))
    figures = shell.json("evaluate", "run")["measures"]["classification"]["figures"]
    assert {"accuracy", "cross_entropy", "class even", "class odd"} <= figures.keys()
    shell("train", "classifier", folder, "--label", "kind", code=2)
    assert "columns of categories: label" in shell.err


def test_features_are_encoded(shell, folder, small):
    shell("train", "features", folder, "--out", "run", *small)
    shell("encode", "run", folder, "--out", "codes.npz")
    with np.load(shell.home / "codes.npz", allow_pickle=False) as table:
        assert table["z3"].shape == (60,)
    assert shell.json("evaluate", "run")["n"] == 6


def test_report_again(trained):
    (trained.home / "run/report.html").unlink()
    trained("report", "run")
    assert (trained.home / "run/report.html").exists()


def test_resume_of_a_finished_run_trains_longer_when_asked(trained):
    before = (trained.home / "run/metrics.jsonl").read_bytes()
    trained("resume", "run")
    assert "is finished: --images" in trained.err
    assert (trained.home / "run/metrics.jsonl").read_bytes() == before
    trained("resume", "run", "--images", "480")
    assert '"images": 480' in (trained.home / "run/metrics.jsonl").read_text()


def test_the_run_alone_rebuilds_it(trained):
    trained(
        "train", "vae", "nothing-here-is-used", "--config", "run/run.toml", "--out", "x", code=2
    )
    source = (trained.home / "run/run.toml").read_text().split('source = "')[1].split('"')[0]
    short = ("--images", "64", "--out", "copy")
    trained("train", "vae", source, "--config", "run/run.toml", *short)
    assert 'network = "tiny"' in (trained.home / "copy/run.toml").read_text()


LABELLED = ("afr", "cgan", "classifier", "dbvae", "jtt")


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("source", ["digits", "ring"])
def test_every_recipe_on_built_in_data(shell, recipe, source, small):
    pairs = paired_by(recipe, "label=1", "label=7")
    words = ("train", recipe, source, "--out", "run", *known_to(recipe, small), *pairs)
    lacks = {"regressor": "knows no numbers of its examples"}
    if source == "ring":
        lacks |= dict.fromkeys(LABELLED, "no column 'label'")
        lacks |= dict.fromkeys(PAIRED, "only pictures are translated")
    if recipe in lacks:
        shell(*words, code=2)
        assert lacks[recipe] in shell.err
        return
    result = shell.json(*words)
    assert result["held_out"]["total"] < float("inf")
    assert (shell.home / "run/report.html").exists()


def test_check(shell, folder):
    (folder / "even" / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    found = shell.json("check", folder)
    assert found["skipped"][0]["path"] == "even/broken.jpg"
    (folder / "even" / "broken.jpg").unlink()
    assert "60" in shell("check", folder)


@pytest.mark.parametrize("recipe", SYSTEMS)
def test_two_pictures_with_nothing_held_out(shell, recipe, small):
    x = np.arange(288, dtype=np.uint8).reshape(2, 12, 12)
    np.savez(shell.home / "two.npz", x=x, score=[0.5, 2.0], label=[0, 1])
    pairs = paired_by(recipe, "label=0", "label=1")
    train = ("train", recipe, "two.npz", "--out", "run", *known_to(recipe, small), *pairs)
    refused = {
        "afr": "fewer than two classes have two training",
        "cyclegan": "has 1 examples to train on",
    }
    if recipe in refused:
        shell(*train, code=2)
        assert refused[recipe] in shell.err
        return
    shell(*train)
    assert "not improved" not in shell.err
    tools = tools_for(load(shell.home / "run"))
    for tool in ("reconstruct", "interpolate"):
        shell(tool, "run", "--out", f"{tool}.png", code=0 if tool in tools else 2)


def test_one_held_out_picture_is_no_way(shell, small):
    np.save(shell.home / "four.npy", np.arange(576, dtype=np.uint8).reshape(4, 12, 12))
    shell("train", "vae", "four.npy", "--out", "run", *small)
    shell("interpolate", "run", "--out", "i.png", code=2)
    assert "--from and --to" in shell.err


def test_recipes(shell):
    assert set(json.loads(shell("recipes", "--json"))) == set(RECIPES)
    assert "beta-vae" in shell("recipes")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("trian",), "did you mean 'train'?"),
        (("train", "vea", "digits"), "did you mean 'vae'?"),
        (("train", "vae", "digts"), "did you mean 'digits'?"),
        (("train", "vae", "digits", "--imags", "5"), "did you mean '--images'?"),
        (("train", "vae", "digits", "--images", "many"), "--images"),
        (("train", "vae", "digits", "--images", "-3"), "'images'"),
        (("train", "vae"), "a folder"),
        (("train",), "name a recipe"),
        (("train", "vae", "digits", "--config", "none.toml"), "none.toml"),
        (("sample",), "folder of the run"),
        (("sample", "no-such-run"), "no-such-run"),
        (("evaluate", "."), "run.toml"),
        (("resume", "nowhere"), "nowhere"),
        (("sweep",), "name a recipe"),
        (("sweep", "vae"), "a folder"),
        (("sweep", "vae", "digits", "--over", "bta=1"), "did you mean 'beta'?"),
        (("sweep", "vae", "digits", "--over", "beta=-1"), "'beta'"),
        (("sweep", "vae", "digts", "--over", "beta=1"), "did you mean 'digits'?"),
        (("sweep", "vae", "digits", "--over", "beta=1", "--seed", "3"), "did you mean '--seeds'?"),
        (("check", "nowhere/at/all"), "nowhere/at/all"),
    ],
)
def test_a_mistake_gets_one_line_and_code_2(shell, words, answer):
    shell(*words, code=2)
    line = shell.err.strip().splitlines()[-1]
    assert line.startswith("allegory: ")
    assert answer in line


def test_a_run_is_not_overwritten(trained, folder):
    trained("train", "vae", folder, "--out", "run", code=2)
    assert "already holds a run" in trained.err


@pytest.mark.parametrize(
    "words",
    [
        ("sample", "run", "-n", "0"),
        ("reconstruct", "run", "-n", "-4"),
        ("traverse", "run", "-n", "0"),
        ("traverse", "run", "--frames", "0"),
        ("interpolate", "run", "-n", "0"),
        ("interpolate", "run", "--frames", "1"),
        ("evaluate", "run", "--examples", "-5"),
        ("evaluate", "run", "--draws", "0"),
    ],
)
def test_a_count_that_can_not_be_is_refused(trained, words):
    trained(*words, code=2)
    assert "must be at least" in trained.err


def test_an_output_that_can_not_be_written_is_told(trained):
    trained("sample", "run", "--out", "s.tiff2", code=2)
    assert "tiff2" in trained.err


def test_an_autoencoder_says_why_it_can_not_sample(shell, folder, small):
    shell("train", "autoencoder", folder, "--out", "run", *small)
    shell("sample", "run", code=2)
    assert "Samples" in shell.err
    shell("traverse", "run", "--out", "t.png")


def test_empty_and_rubbish_folders(shell):
    (shell.home / "empty").mkdir()
    shell("train", "vae", "empty", code=2)
    assert "empty" in shell.err
    rubbish = shell.home / "rubbish"
    rubbish.mkdir()
    (rubbish / "a.txt").write_text("words")
    (rubbish / "b.png").write_text("words")
    shell("train", "vae", "rubbish", code=2)
    assert "b.png" in shell.err


def test_a_run_knows_its_source_from_every_folder(shell, folder, small):
    inside = type(shell)(folder)
    run = shell.home / "run"
    inside("train", "vae", ".", "--out", run, *small, "--test", "0.3")
    shell("resume", run, "--images", "480")
    few = ("--draws", "2", "--measure", "density")
    own = shell.json("evaluate", run, *few)
    assert inside.json("evaluate", run, ".", *few)["n"] == own["n"] == 18


def test_an_output_folder_that_can_not_be_made_is_told(shell, small):
    (shell.home / "file").touch()
    for out in ("file", "file/deep"):
        shell("train", "vae", "ring", "--out", out, *small, code=2)
        assert "cannot write" in shell.err


@pytest.mark.parametrize(
    ("source", "options", "answer"),
    [
        ("ring", ("--likelihood", "bernoulli"), "is for pictures"),
        ("ring", ("--likelihood", "logistic"), "is for pictures"),
        ("ring", ("--slices", "100"), "can't be cut into 100 slices"),
        ("ring", ("--device", "cuda:99"), "--device cuda:99 can't be used here"),
    ],
)
def test_options_that_can_not_work_together_are_refused(shell, small, source, options, answer):
    shell("train", "vae", source, "--out", "run", *small, *options, code=2)
    assert answer in shell.err


@pytest.mark.parametrize("array", [np.array(5.0), np.zeros((0, 3)), np.full((60, 2), 1e300)])
def test_arrays_that_hold_nothing_to_learn(shell, array):
    np.save(shell.home / "data.npy", array)
    shell("train", "vae", "data.npy", code=2)
    assert "the array holds" in shell.err
