"""The settings of the GAN: what they build, and what they refuse."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from pydantic import ValidationError
from tests.examples import data_for, run_for

from allegory.data.dataset import Column
from allegory.errors import UserError
from allegory.objectives.adversarial import ADVERSARIAL
from allegory.recipes.gan import GANSettings
from allegory.recipes.settings import change
from allegory.recipes.table import recipe


def data_with(**columns):
    data = data_for("vectors")
    return replace(data, columns={**data.columns, **columns})


def test_a_column_that_is_not_there_gets_those_that_are():
    with pytest.raises(UserError, match=r"no column 'labell'.*columns of categories: label\."):
        run_for("gan", label="labell").game.blueprint(data_for("pictures"))


def test_data_without_columns_are_told():
    data = replace(data_for("vectors"), columns={})
    with pytest.raises(UserError, match=r"no column 'label'.*sub-folders or from metadata\.csv"):
        run_for("gan", label="label").game.blueprint(data)


@pytest.mark.parametrize("kind", ["number", "text"])
def test_a_column_that_is_no_category_is_told(kind):
    values = np.zeros(48) if kind == "number" else np.array(["a picture"] * 48)
    data = data_with(caption=Column(kind, values))
    with pytest.raises(UserError, match=rf"holds {kind}s, not categories, in 'caption'"):
        run_for("gan", label="caption").game.blueprint(data)


def test_labels_that_are_all_missing_are_told():
    data = data_with(hair=Column("category", np.full(48, -1), ("red", "black")))
    with pytest.raises(UserError, match="fewer than two classes of 'hair'"):
        run_for("gan", label="hair").game.blueprint(data)


@pytest.mark.parametrize(
    ("label", "classes"), [(None, []), ("label", ["dark", "bright"]), ("hair", ["red", "black"])]
)
def test_classes_are_those_of_the_column(label, classes):
    hair = Column("category", np.arange(48) % 2, ("red", "black"))
    found = run_for("gan", label=label).game.blueprint(data_with(hair=hair))
    assert found.builder == "gan"
    assert found.arguments["classes"] == classes


def test_shares_of_the_classes_are_of_those_that_are_known():
    hair = Column("category", np.array([-1, 0, 2, 2] * 12), ("red", "green", "black"))
    found = run_for("gan", label="hair").game.blueprint(data_with(hair=hair))
    assert found.arguments["shares"] == pytest.approx([1 / 3, 0, 2 / 3])
    assert run_for("gan").game.blueprint(data_with(hair=hair)).arguments["shares"] == []


@pytest.mark.parametrize("loss", ADVERSARIAL)
def test_the_blueprint_says_whether_scores_come_in_pairs(loss):
    found = run_for("gan", loss=loss, latents=7).game.blueprint(data_for("vectors"))
    assert found.arguments["paired"] == ADVERSARIAL[loss].paired
    assert found.arguments["latents"] == 7


def test_every_loss_can_be_asked_for():
    assert set(get_args(GANSettings.model_fields["loss"].annotation)) == set(ADVERSARIAL)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("latents", 0),
        ("latents", 5000),
        ("r1", -0.1),
        ("r2", -0.1),
        ("gradient_penalty", -1.0),
        ("penalty_every", 0),
        ("turns", 0),
        ("drop", -0.1),
        ("drop", 1.1),
        ("loss", "least-squares"),
        ("network", "huge"),
    ],
)
def test_fields_out_of_range_are_refused(field, value):
    with pytest.raises(ValidationError):
        GANSettings(**{field: value})
    with pytest.raises(UserError, match=f"'{field}'"):
        run_for("gan", **{field: value})


def test_growing_networks_are_not_normalised_once_more():
    with pytest.raises(UserError, match=r"--spectral is for networks that can't grow"):
        change(recipe("progressive"), {"spectral": True})
