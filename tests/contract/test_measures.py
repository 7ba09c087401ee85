"""What holds for the evaluation of every recipe, on pictures and on vectors."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.examples import GAMES, pairs, pictures, run_for, vectors

import allegory
from allegory.models.build import build
from allegory.runs import judge
from allegory.runs.evaluate import evaluate
from allegory.runs.measuring import translation
from allegory.runs.measuring.subject import Options, Subject
from allegory.runs.measuring.table import GROUPS

OPTIONS = Options(examples=30, samples=30, draws=2, features="pixels")


@pytest.fixture(autouse=True)
def hasty_judge(monkeypatch):
    """A judge of samples that learns for a moment: nothing here depends on how well it tells."""
    monkeypatch.setattr(judge, "recipe", lambda name: run_for(name))
    monkeypatch.setattr(translation, "recipe", lambda name: run_for(name))
    monkeypatch.setattr(translation, "JUDGED", 80)


every_game = pytest.mark.parametrize(("name", "kind"), GAMES)


def data_for(kind):
    data = {"pictures": pictures, "pairs": pairs, "vectors": vectors}[kind](100)
    return replace(data, splits={"train": np.arange(60), "test": np.arange(60, 100)})


def subject_of(name, kind):
    """A model as it is loaded, without training, and its data."""
    data = data_for(kind)
    torch.manual_seed(0)
    model = build(run_for(name).game.blueprint(data)).eval().requires_grad_(False)
    return model.to(memory_format=torch.channels_last), data


def timeless(scores):
    found = {name: group | {"seconds": 0} for name, group in scores["measures"].items()}
    return scores | {"measures": found, "seconds": 0}


@every_game
def test_an_evaluation_has_finite_figures_or_a_reason(name, kind):
    model, data = subject_of(name, kind)
    scores = evaluate(model, data, options=OPTIONS).scores
    assert json.loads(json.dumps(scores, allow_nan=False)) == scores
    measures, left_out = scores["measures"], scores["left_out"]
    assert measures
    assert measures.keys() | left_out.keys() == GROUPS.keys()
    assert not measures.keys() & left_out.keys()
    assert all(left_out.values())
    for group in measures.values():
        assert group["figures"]
        assert {"n", "n_real"} & group["basis"].keys()
        assert group["basis"]["reference"]
        for figure in group["figures"].values():
            assert math.isfinite(figure["value"])
            if figure["low"] is not None:
                assert figure["low"] <= figure["value"] <= figure["high"]
    for group in measures.keys() & {"fidelity", "two-sample", "memorisation"}:
        assert {"n_real", "n_generated", "features", "resize"} <= measures[group]["basis"].keys()


@every_game
def test_the_same_seed_gives_the_same_figures(name, kind):
    model, data = subject_of(name, kind)
    first, again = (timeless(evaluate(model, data, options=OPTIONS).scores) for _ in range(2))
    assert first == again


@pytest.mark.parametrize("kind", ["pictures", "vectors"])
def test_a_group_does_not_depend_on_which_others_are_measured(kind):
    model, data = subject_of("vae", kind)
    together = timeless(evaluate(model, data, options=OPTIONS).scores)["measures"]
    for name, group in together.items():
        alone = timeless(evaluate(model, data, measures=[name], options=OPTIONS).scores)
        assert alone["measures"] == {name: group}


def test_an_evaluation_that_is_stopped_leaves_the_one_before(tmp_path, monkeypatch):
    small = {"images": 64, "network": "tiny", "latents": 2, "batch": 16, "examples": 100}
    folder = allegory.train("vae", "ring", out=tmp_path / "run", **small).folder
    few = {"examples": 10, "samples": 10, "draws": 2}
    allegory.evaluate(folder.path, **few)
    before = {path.name: path.read_bytes() for path in folder.path.glob("evaluation*")}

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Subject, "rng", stop)
    with pytest.raises(KeyboardInterrupt):
        allegory.evaluate(folder.path, **few)
    assert {path.name: path.read_bytes() for path in folder.path.glob("evaluation*")} == before


@pytest.mark.parametrize("kind", ["pictures", "vectors"])
def test_another_seed_draws_anew(kind):
    model, data = subject_of("vae", kind)
    a, b = (
        evaluate(model, data, measures=["density", "fidelity"], options=options).scores["measures"]
        for options in (OPTIONS, replace(OPTIONS, seed=1))
    )
    for name in a:
        assert a[name]["figures"] != b[name]["figures"]
