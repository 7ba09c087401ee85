"""Outliers of a generative model's run in the training of a classifier."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from tests.examples import equal, pictures, trainer_for, weights_of

import allegory
from allegory.errors import UserError
from allegory.training.checkpoint import Checkpoints
from allegory.training.plan import plan

SMALL = {"images": 400, "network": "tiny", "latents": 2, "batch": 16, "evaluations": 1}
STRANGE = [3, 17, 30]


@pytest.fixture
def run(tmp_path, cache):
    """A VAE of pictures of one size."""
    np.save(tmp_path / "spots.npy", pictures(250, seed=1).store)
    source = tmp_path / "spots.npy"
    allegory.train("vae", source, out=tmp_path / "run", validation=0.2, test=0.2, **SMALL)
    return tmp_path / "run"


@pytest.fixture
def data():
    """Alike ones, three of which are noise."""
    drawn = pictures()
    store = drawn.store.copy()
    store[STRANGE] = np.random.default_rng(0).integers(0, 255, store[STRANGE].shape)
    return replace(drawn, store=store)


def trainer(data, run, **parts):
    fields = {"oversample_outliers": str(run), "outlier_weight": 4.0, "images": 120}
    return trainer_for("classifier", "pictures", data, **fields, **parts)


def test_what_the_run_takes_for_an_outlier_is_drawn_more_often(run, data):
    trained = trainer(data, run)
    trained.round()
    assert set(trained.weights.tolist()) <= {1.0, 4.0}
    assert (trained.weights[STRANGE] == 4.0).all()
    assert trained.weights.mean() < 2


def test_they_are_told_once_though_the_plan_tries_rounds_before(run, data):
    trained = trainer(data, run)
    seen, strange = [], trained.game.oversampling.strange
    trained.game.oversampling = replace(
        trained.game.oversampling, strange=lambda x: seen.append(len(x)) or strange(x)
    )
    plan(trained)
    assert not trained.game.drawn.any()
    trained.round()
    assert (trained.weights[STRANGE] == 4.0).all()
    assert sum(seen) == len(trained.train)


@pytest.mark.parametrize("stop", [24, 40, 56])
def test_a_resumed_run_is_the_run_undisturbed_also_when_the_other_run_has_changed(
    run, data, tmp_path, stop
):
    undisturbed = trainer(data, run)
    undisturbed.play()
    first = trainer(data, run, checkpoints=Checkpoints(tmp_path / "kept"))
    while first.images < stop:
        first.round()
    first.save()
    again = trainer(data, run)
    again.game.oversampling = replace(
        again.game.oversampling, strange=lambda x: torch.ones(len(x), dtype=torch.bool)
    )
    again.restore(Checkpoints(tmp_path / "kept").newest())
    again.play()
    assert equal(weights_of(again), weights_of(undisturbed))


def test_from_the_first_command_to_the_weights(run, tmp_path):
    """The detector is made by the recipe where the run has none yet, and kept there."""
    (tmp_path / "labelled").mkdir()
    for i, picture in enumerate(pictures(60, seed=4).store):
        folder = tmp_path / "labelled" / ("a" if i % 2 else "b")
        folder.mkdir(exist_ok=True)
        Image.fromarray(picture).save(folder / f"{i}.png")
    source = tmp_path / "labelled"
    assert not (run / "outliers.safetensors").exists()
    how = {"images": 32, "network": "tiny", "batch": 16, "size": "12x9"}
    trained = allegory.train(
        "classifier", source, out=tmp_path / "c", oversample_outliers=str(run), **how
    )
    assert (run / "outliers.safetensors").exists()
    assert trained.run.game.oversample_outliers == str(run)
    assert any("effective_share" in r.get("rates", {}) for r in trained.journal())


def test_what_can_not_tell_is_refused(run, data, tmp_path):
    with pytest.raises(UserError, match="holds no weights"):
        trainer(data, tmp_path / "nothing")
    with pytest.raises(UserError, match="works on examples of shape"):
        trainer(pictures(48, 12, 12), run)
    with pytest.raises(UserError, match="outlier_weight"):
        trainer_for("classifier", "pictures", data, outlier_weight=0.5)


def test_without_it_every_example_comes_once_an_epoch(data):
    trained = trainer_for("classifier", "pictures", data)
    trained.round()
    assert trained.weights is None
    assert "drawn" not in dict(trained.game.named_buffers())
