"""Which examples a model is about, and what is measured on them."""

from dataclasses import replace

import numpy as np
import pytest
from tests.examples import data_for, run_for

from allegory.data.dataset import Column
from allegory.models.build import build
from allegory.runs.evaluate import evaluate
from allegory.runs.measuring.subject import Options
from allegory.tools.concern import concern
from fakes import identity_vae


def labelled(values, names=("negative", "positive", "other")):
    data = data_for("vectors")
    column = Column("category", np.resize(values, len(data)), names)
    splits = {"train": np.arange(24), "test": np.arange(24, 48)}
    return replace(data, columns={**data.columns, "label": column}, splits=splits)


class Chosen:
    label, positive = "label", ("positive",)

    def __init__(self, media):
        self.media = media


def test_those_of_its_classes():
    data = labelled([0, 1, 2, -1])
    found = concern(Chosen(data.media), data)
    assert found.rows.tolist() == list(range(1, 48, 4))
    assert found.name == "drawn (positive)"
    assert found.split("test").rows.tolist() == list(range(25, 48, 4))


@pytest.mark.parametrize("values", [[1], [0]])
def test_all_where_none_or_all_are(values):
    data = labelled(values)
    assert concern(Chosen(data.media), data) is data


def test_all_for_a_model_that_says_nothing_and_of_data_that_know_no_classes():
    data = labelled([0, 1])
    assert concern(identity_vae(2), data) is data
    bare = replace(data, columns={})
    assert concern(Chosen(data.media), bare) is bare


def test_classes_are_told_of_all_and_densities_of_its_own():
    data = labelled([0, 1, 1, 0], ("negative", "positive"))
    model = build(run_for("dbvae").game.blueprint(data)).eval()
    asked = {"measures": ["classification", "density", "reconstruction"]}
    scores = evaluate(model, data, **asked, options=Options(draws=2)).scores
    found = {name: group["basis"] for name, group in scores["measures"].items()}
    assert found["classification"]["n"] == 24
    assert found["density"]["n"] == found["reconstruction"]["n"] == 12
    assert found["density"]["reference"] == "test split of drawn (positive)"
    assert found["classification"]["reference"] == "test split of drawn"
