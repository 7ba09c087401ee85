"""The regressor: what it learns, and what it leaves alone."""

import math
from dataclasses import replace

import pytest
import torch
from tests.examples import data_for, game_for, run_for

from allegory.data.dataset import Column
from allegory.errors import UserError
from allegory.training.game import Batch


def with_column(data, name, column):
    return replace(data, columns={**data.columns, name: column})


def test_by_default_all_numbers_are_read_in_their_own_units():
    data = data_for("pictures")
    model = game_for(run_for("regressor"), data).model
    assert model.columns == ("brightness",)
    mean = data.split("train").table()["brightness"].values.mean()
    with torch.no_grad():
        for p in model.encoder.parameters():
            p.zero_()
    # a network that says 0 says the mean
    assert model.predict(data.take(range(3)))[:, 0].tolist() == pytest.approx([mean] * 3)


def test_missing_values_have_no_error_and_no_gradient():
    data = data_for("pictures")
    game = game_for(run_for("regressor"), data)
    x, values = data.take(range(4)), torch.tensor([math.nan, 5.0, math.nan, 20.0])
    (error,) = game.error(game.model, Batch(x, {"brightness": values})).values()
    known = [i for i, v in enumerate(values) if not v.isnan()]
    (part,) = game.error(game.model, Batch(x[known], {"brightness": values[known]})).values()
    torch.testing.assert_close(error, part / 2)
    error.backward()
    assert all(p.grad.isfinite().all() for p in game.parameters())
    (none,) = game.error(game.model, Batch(x[:1], {"brightness": values[:1]})).values()
    assert none == 0


def test_targets_that_can_not_be_read_are_told():
    data = data_for("pictures")
    with pytest.raises(UserError, match="did you mean 'brightness'"):
        run_for("regressor", targets=("brightnes",)).game.blueprint(data)
    with pytest.raises(UserError, match="'label' holds no numbers"):
        run_for("regressor", targets=("label",)).game.blueprint(data)
    nothing = torch.full((len(data),), math.nan).double().numpy()
    lost = with_column(data, "lost", Column("number", nothing))
    with pytest.raises(UserError, match="'lost' is missing"):
        run_for("regressor").game.blueprint(lost)
    with pytest.raises(UserError, match="knows no numbers"):
        run_for("regressor").game.blueprint(replace(data, columns={}))
