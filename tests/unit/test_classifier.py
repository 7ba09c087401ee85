"""The classifier: what it learns, and what it leaves alone."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.examples import data_for, game_for, run_for, trainer_for

from allegory.data.dataset import Column
from allegory.errors import UserError
from allegory.runs.evaluate import evaluate
from allegory.runs.measuring.subject import Options


def with_label(data, column):
    return replace(data, columns={**data.columns, "label": column})


def test_classes_are_named_by_the_data_and_a_guess_costs_their_logarithm():
    data = data_for("pictures")
    game = game_for(run_for("classifier"), data)
    assert game.model.classes == ("dark", "bright")
    with torch.no_grad():
        for p in game.model.encoder.parameters():
            p.zero_()
    x, y = data.take(range(6)), data.known(("label",), range(6))
    assert (game.model.predict_proba(x) == 0.5).all()
    (nats,) = game.cross_entropy(game.model, x, y).values()
    assert nats.item() == pytest.approx(math.log(2))


def test_missing_classes_cost_nothing_and_move_nothing():
    data = data_for("pictures")
    game = game_for(run_for("classifier"), data)
    x, y = data.take(range(4)), torch.tensor([1, -1, 0, -1])
    (nats,) = game.cross_entropy(game.model, x, {"label": y}).values()
    (known,) = game.cross_entropy(game.model, x[::2], {"label": y[::2]}).values()
    torch.testing.assert_close(nats, known / 2)
    (none,) = game.cross_entropy(game.model, x, {"label": torch.full((4,), -1)}).values()
    none.backward()
    assert none == 0
    assert all((p.grad == 0).all() for p in game.parameters())


def test_it_learns_what_can_be_told():
    trainer = trainer_for("classifier", "pictures", images=4_000)
    trainer.play()
    data = data_for("pictures").split("train")
    p = trainer.average.model.predict_proba(data.take(range(len(data))))
    assert (p.argmax(1).numpy() == data.table()["label"].values).mean() > 0.9


def test_labels_that_can_not_be_learned_are_told():
    data, run = data_for("pictures"), run_for("classifier")
    with pytest.raises(UserError, match=r"no column 'kind'.*columns of categories: label"):
        run_for("classifier", label="kind").game.blueprint(data)
    with pytest.raises(UserError, match=r"holds numbers, not categories, in 'brightness'"):
        run_for("classifier", label="brightness").game.blueprint(data)
    with pytest.raises(UserError, match="it has no column of categories"):
        run.game.blueprint(replace(data, columns={}))
    alike = Column("category", np.zeros(len(data), np.int64), ("dark", "bright"))
    with pytest.raises(UserError, match="fewer than two classes of 'label'"):
        run.game.blueprint(with_label(data, alike))


FEW = Options(examples=60)


def test_classes_are_matched_by_name_and_others_left_out():
    data = data_for("pictures")
    model = game_for(run_for("classifier"), data).model.eval()
    swapped = data.columns["label"].values
    other = Column("category", 2 - swapped, ("odd", "bright", "dark"))
    other.values[data.splits["test"][0]] = 0
    found = evaluate(model, with_label(data, other), options=FEW, measures=["classification"])
    group = found.scores["measures"]["classification"]
    assert group["basis"]["n"] == 3
    assert any("1 examples are of no class" in note for note in group["notes"])
    truth = [("dark", "bright")[swapped[i]] for i in data.splits["test"][1:]]
    p = model.predict_proba(data.take(data.splits["test"][1:]))
    right = [model.classes[i] == name for i, name in zip(p.argmax(1), truth, strict=True)]
    assert group["figures"]["accuracy"]["value"] == pytest.approx(np.mean(right))


def test_without_known_classes_nothing_is_measured():
    data = data_for("pictures")
    model = game_for(run_for("classifier"), data).model.eval()
    for columns, why in (
        ({}, "no column 'label' of categories"),
        ({"label": Column("number", np.zeros(len(data)))}, "no column 'label' of categories"),
        ({"label": Column("category", np.zeros(len(data), np.int64), ("a",))}, "knows none"),
    ):
        with pytest.raises(UserError, match=why):
            evaluate(
                model, replace(data, columns=columns), options=FEW, measures=["classification"]
            )
