"""Samples of the classes that are asked for, before a judge."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from tests.examples import run_for

from allegory.data.dataset import Column, Dataset
from allegory.errors import UserError
from allegory.media import Vectors
from allegory.runs import judge as judging
from allegory.runs.evaluate import evaluate
from allegory.runs.judge import judge_for
from allegory.runs.measuring import conditional as measuring
from allegory.runs.measuring.conditional import columns_of
from allegory.runs.measuring.subject import Options
from fakes import LinearClasses

CLASSES = ("boot", "sandal", "sneaker")
CENTRES = np.array([[0, 0], [12, 0], [0, 12]], dtype=np.float32)
FEW = Options(samples=90)


def shoes(n=300):
    """Three kinds, far from each other; the last third is the test split."""
    rng = np.random.default_rng(0)
    y = np.arange(n) % 3
    store = (CENTRES[y] + rng.standard_normal((n, 2))).astype(np.float32)
    media = Vectors(tuple(map(float, store.mean(0))), tuple(map(float, store.std(0))))
    cut = n * 2 // 3
    splits = {"train": np.arange(cut), "validation": np.arange(0), "test": np.arange(cut, n)}
    columns = {"kind": Column("category", y, CLASSES)}
    return Dataset("shoes", media, store, np.arange(n), columns, splits)


class Shoes(LinearClasses):
    """Draws round the centres; its classes have an order of their own."""

    conditions = ("sneaker", "boot", "sandal")

    def __init__(self, data, spread=1.0, centres=CENTRES[[2, 0, 1]]):
        super().__init__(data.media, spread * torch.eye(2))
        self.centres = torch.from_numpy(centres)

    def decode(self, z, *, labels=None):
        return z @ self.axes + self.centres[labels]


class Nearest:
    """Tells a point's class by the nearest centre: nearly always right."""

    classifier = SimpleNamespace(classes=CLASSES)

    def tell(self, x):
        return torch.cdist(x, torch.from_numpy(CENTRES)).argmin(1)


@pytest.fixture
def data(monkeypatch):
    """Shoes, whose judge needs no training."""
    monkeypatch.setattr(measuring, "judge_for", lambda data, label: Nearest())
    return shoes()


def measured(model, data, options=FEW):
    found = evaluate(model, data, measures=["conditional"], options=options).scores["measures"]
    group = found["conditional"]
    return {name: f["value"] for name, f in group["figures"].items()}, group


def test_truncated_codes_are_told_and_differ_less(data):
    whole, _ = measured(Shoes(data), data)
    cut, group = measured(Shoes(data), data, replace(FEW, truncation=0.3))
    assert cut["diversity"] < 0.5 * whole["diversity"]
    assert group["basis"]["truncation"] == 0.3
    with pytest.raises(UserError, match="truncation must be a number above 0"):
        measured(Shoes(data), data, replace(FEW, truncation=-1.0))


def test_a_model_that_has_learned_the_classes(data):
    values, group = measured(Shoes(data), data)
    assert values["judge"] == values["agreement"] == 1
    assert group["figures"]["diversity"]["low"] < 1 < group["figures"]["diversity"]["high"]
    basis = group["basis"]
    assert (basis["n_real"], basis["n_generated"], basis["label"]) == (90, 90, "kind")
    assert set(group["detail"]["diversity"]) == set(CLASSES)


def test_a_class_that_shows_another_is_named(data):
    values, group = measured(Shoes(data, centres=CENTRES[[2, 0, 0]]), data)
    assert values["agreement"] == pytest.approx(2 / 3)
    assert values["agreement_lowest"] == 0
    assert group["figures"]["agreement_lowest"]["n"] == 30
    assert (
        "Lowest for 'sandal'; of held-out examples of it the judge tells 100.0%"
        in group["notes"][0]
    )


def test_one_example_a_class_agrees_and_has_no_diversity(data):
    values, _ = measured(Shoes(data, spread=0.0), data)
    assert values["agreement"] == 1
    assert values["diversity"] == values["diversity_lowest"] == 0


def test_the_judge_learns_the_column_of_the_classes(cache, monkeypatch):
    monkeypatch.setattr(judging, "recipe", lambda _: run_for("classifier", images=800))
    data = shoes()
    values, _ = measured(Shoes(data), data)
    assert len(list((cache / "classifier").iterdir())) == 1
    assert values["judge"] == pytest.approx(judge_for(data, "kind").accuracy, abs=0.1)


def test_what_is_too_little_is_said(data):
    with pytest.raises(UserError, match="3 classes take 9 samples at least, and 6 are"):
        measured(Shoes(data), data, Options(samples=6))
    known = data.columns["kind"].values.copy()
    known[202:] = -1
    few = replace(data, columns={"kind": Column("category", known, CLASSES)})
    values, group = measured(Shoes(data), few)
    assert "diversity" not in values
    assert "no diversity: no class has 3 generated" in group["notes"][-1]
    none = replace(few, splits={**data.splits, "test": np.arange(202, 300)})
    with pytest.raises(UserError, match="no held-out example is of a class in 'kind'"):
        measured(Shoes(data), none)


def test_the_column_is_the_one_that_has_the_classes():
    data = shoes()
    kind = data.columns["kind"]
    other = Column("category", kind.values, ("a", "b", "c"))
    more = Column("category", kind.values, (*CLASSES, "mule"))
    columns = {"kind": kind, "other": other, "name": Column("text", kind.values.astype(str))}
    assert columns_of(Shoes.conditions, columns) == ("kind",)
    assert columns_of(Shoes.conditions, columns | {"kind": more}) == ("kind",)
    model = Shoes(data)
    with pytest.raises(UserError, match="no column of the data has all the classes"):
        measured(model, replace(data, columns={"other": other}))
    with pytest.raises(UserError, match="can't be told: kind, again have them"):
        measured(model, replace(data, columns={"kind": kind, "again": kind}))
