"""The group of measures that compares groups: what it asks for, and what it says."""

import numpy as np
import pytest
import torch

from allegory.errors import UserError
from allegory.runs.evaluate import evaluate
from allegory.runs.measuring.subject import Options
from fakes import ellipses


class Tells:
    """Tells the shape of an ellipse, wrongly where it is dark."""

    label, classes = "shape", ("wide", "tall")

    def __init__(self, data):
        self.media, self.data = data.media, data
        every = data.take(np.arange(len(data)))
        self.known = {x.numpy().tobytes(): i for i, x in enumerate(every)}

    def predict_proba(self, x):
        rows = np.array([self.known[one.contiguous().cpu().numpy().tobytes()] for one in x])
        table = self.data.table()
        tall = table["shape"].values[rows] ^ (table["light"].values[rows] > 0.6)
        return torch.eye(2)[torch.from_numpy(tall)]


@pytest.fixture(scope="module")
def data():
    return ellipses(1500, side=8)


def measured(data, **options):
    return evaluate(Tells(data), data, measures=["groups"], options=Options(**options)).scores[
        "measures"
    ]["groups"]


def test_the_group_that_is_served_badly_is_named(data):
    found = measured(data, group=("light",))
    figures = found["figures"]
    worst = next(f for name, f in figures.items() if name == "accuracy worst")
    assert worst["value"] < 0.1
    assert "worst group (0.6" in worst["label"]
    assert figures["accuracy gap"]["low"] > 0.8
    assert figures["tpr"]["n"] + figures["fpr"]["n"] == found["basis"]["n"] == 300
    assert found["basis"]["groups"] == "light"
    assert found["basis"]["positive"] == "tall"
    assert sum(g["n"] for g in found["detail"]["accuracy"]) == 300


def test_groups_are_crossed_and_small_ones_named(data):
    found = measured(data, group=("light", "tone"), bins=5, positive="wide")
    assert len(found["detail"]["accuracy"]) == 25
    assert any("Too few to judge by accuracy" in note for note in found["notes"])
    assert found["basis"]["positive"] == "wide"


def test_what_can_not_be_compared_is_said(data):
    with pytest.raises(UserError, match="no --group names a column; the data have across, down"):
        measured(data)
    with pytest.raises(UserError, match="did you mean 'light'"):
        measured(data, group=("lihgt",))
    with pytest.raises(UserError, match="did you mean 'tall'"):
        measured(data, group=("light",), positive="tal")
