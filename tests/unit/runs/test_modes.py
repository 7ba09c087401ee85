"""Modes of samples, for toys and through a judge; and the judge."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from tests.examples import pictures, run_for

from allegory.data.dataset import Column
from allegory.data.open import open_data
from allegory.errors import UserError
from allegory.runs import judge as judging
from allegory.runs.evaluate import evaluate
from allegory.runs.judge import judge_for
from allegory.runs.measuring import modes as measuring
from allegory.training.trainer import Trainer
from fakes import OnlySamples

SHORT = run_for("classifier", images=4_000)


class FromTrain:
    """Samples that are training examples, of some rows only."""

    def __init__(self, data, rows):
        self.media, self.data, self.rows = data.media, data, rows

    def sample(self, n, *, rng):
        which = torch.randint(len(self.rows), (n,), generator=rng).numpy()
        return self.data.take(self.rows[which])


def measured(model, data):
    scores = evaluate(model, data, measures=["modes"]).scores["measures"]["modes"]
    return {name: f["value"] for name, f in scores["figures"].items()}, scores


def test_samples_of_a_toy():
    data = open_data("ring", examples=4_000)
    found, scores = measured(FromTrain(data, np.arange(len(data))), data)
    assert found["covered"] == 8
    assert found["high_quality"] > 0.97
    assert scores["basis"] == {"n_generated": 2_500, "reference": "the 8 Gaussians of ring"}
    right = np.flatnonzero(data.take(np.arange(len(data)))[:, 0] > 0.5)
    half, _ = measured(FromTrain(data, right), data)
    assert half["covered"] == 3
    assert half["reverse_kl"] == pytest.approx(np.log(8 / 3), abs=0.01)


def test_where_no_modes_are_known_it_is_said():
    data = open_data("moons", examples=100)
    with pytest.raises(UserError, match="no known Gaussians, and have no column 'mode'"):
        measured(OnlySamples(data.media), data)


@pytest.fixture
def known(cache, monkeypatch):
    """Pictures whose modes a judge is trained on for some seconds."""
    monkeypatch.setattr(measuring, "PICTURES", 300)
    monkeypatch.setattr(judging, "recipe", lambda _: SHORT)
    data = pictures(120, 8, 8, 1)
    return replace(data, columns={"mode": data.columns["label"]})


def test_samples_that_a_judge_tells(known):
    modes = known.columns["mode"].values
    whole, scores = measured(FromTrain(known, np.arange(len(known))), known)
    assert whole["covered"] == 2
    assert "right on" in scores["notes"][0]
    some, _ = measured(FromTrain(known, np.flatnonzero(modes == 1)), known)
    assert some["reverse_kl"] > whole["reverse_kl"] + 0.3


def test_a_stack_of_digits_has_a_judge_for_each(cache, monkeypatch):
    monkeypatch.setattr(measuring, "PICTURES", 300)
    data = open_data("stacked-digits", examples=300)
    which = data.columns["mode"].values[:1]

    def sees(_, label):
        names = tuple(str(digit) for digit in range(10))
        always = data.columns[label].values[0]
        return SimpleNamespace(
            tell=lambda x: torch.full((len(x),), always),
            classifier=SimpleNamespace(classes=names),
            accuracy=1.0,
        )

    monkeypatch.setattr(measuring, "judge_for", sees)
    _, scores = measured(FromTrain(data, np.arange(100)), data)
    assert np.flatnonzero(scores["detail"]["counts"]).tolist() == which.tolist()
    assert "3 classifiers" in scores["notes"][0]


def test_the_judge_is_trained_once_for_each_column(known, cache, monkeypatch):
    first = judge_for(known, "mode")
    assert first.accuracy > 0.5
    x = known.take(range(5))
    assert first.tell(x).shape == (5,)
    swapped = Column("category", 1 - known.columns["mode"].values, ("dark", "bright"))
    judge_for(replace(known, columns={"mode": swapped}), "mode")
    monkeypatch.setattr(Trainer, "play", None)
    again = judge_for(known.split("test"), "mode")
    assert torch.equal(again.tell(x), first.tell(x))
    assert again.accuracy == first.accuracy
    assert len(list((cache / "classifier").iterdir())) == 2
    with pytest.raises(UserError, match="no column 'kind'"):
        judge_for(known, "kind")
