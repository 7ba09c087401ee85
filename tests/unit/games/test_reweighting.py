"""Automatic feature reweighting: what is kept apart, what it weighs, and who moves when."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import data_for, equal, game_for, run_for, trainer_for

from allegory.data.dataset import Column
from allegory.errors import UserError
from allegory.games.reweighting import apart
from allegory.training.game import Batch


@given(st.lists(st.integers(-1, 3), min_size=1, max_size=60), st.floats(0.01, 0.99))
def test_a_share_of_each_class_is_kept_apart(labels, share):
    truth = np.array(labels)
    kept = apart(truth, share)
    assert not kept[truth == -1].any()
    for k in set(labels) - {-1}:
        n, count = (truth == k).sum(), kept[truth == k].sum()
        assert abs(count - share * n) <= 1
        assert n < 2 or 1 <= count < n


def game_of(values, names, **fields):
    data = data_for("vectors")
    column = Column("category", np.resize(values, len(data)), names)
    data = replace(data, columns={**data.columns, "label": column})
    return game_for(run_for("afr", **fields), data), data.split("train")


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ([0, 1], ("dark", "bright")),
        ([0, 1, -1, 1], ("dark", "bright")),
        ([0, 0, 1, 2], ("dark", "dim", "bright")),
        ([0, 2, 2], ("dark", "none", "bright")),
    ],
)
def test_weights_are_those_of_the_paper(values, names):
    game, data = game_of(values, names, gamma=3.0, apart=0.4)
    rows = np.arange(len(data))
    batches = [
        Batch(data.take(part), data.known(game.columns, part)) for part in np.array_split(rows, 3)
    ]
    with torch.no_grad():
        p = game.model.predict_proba(data.take(rows)).double().numpy()
        first, second = (game.weigh(batches, images).double().numpy() for images in (39, 40))
    truth = data.table()["label"].values
    kept = apart(truth, 0.4)
    assert first.tolist() == (~kept).astype(float).tolist()
    counts = [(truth[kept] == k).sum() for k in truth]
    weights = [math.exp(-3.0 * p[i, k]) / counts[i] if kept[i] else 0.0
               for i, k in enumerate(truth)]  # fmt: skip
    np.testing.assert_allclose(second, weights, rtol=1e-6)


def test_what_leaves_nothing_to_the_second_stage_is_told():
    with pytest.raises(UserError, match="fewer than two classes have two"):
        game_of([0] * 39 + [1] + [-1] * 8, ("dark", "bright"))
    with pytest.raises(UserError, match="gamma"):
        run_for("afr", gamma=200.0)


def test_without_gamma_classes_weigh_alike():
    game, data = game_of([0, 0, 0, 1], ("dark", "bright"), gamma=0.0)
    rows = np.arange(len(data))
    with torch.no_grad():
        found = game.weigh([Batch(data.take(rows), data.known(game.columns, rows))], 40)
    truth = data.table()["label"].values
    assert found[truth == 0].sum() == pytest.approx(1.0)
    assert found[truth == 1].sum() == pytest.approx(1.0)


def test_weights_are_asked_once_and_do_not_follow_the_last_layer():
    game, data = game_of([0, 1], ("dark", "bright"))
    rows = np.arange(len(data))
    batches = [Batch(data.take(rows), data.known(game.columns, rows))]
    with torch.no_grad():
        first = game.weigh(batches, 40)
        for p in game.parameters():
            p.add_(1.0)
        assert torch.equal(game.weigh(batches, 80), first)


@pytest.mark.parametrize("kind", ["pictures", "vectors"])
def test_the_last_layer_alone_learns_in_the_second_stage(kind):
    trainer = trainer_for("afr", kind)
    below, last = (player.owns for player in trainer.game.players())
    assert len(last) == 1
    while trainer.images < 40:
        trainer.round()
    before = {k: v.clone() for k, v in trainer.game.state_dict().items() if k.startswith("model")}
    trainer.play()
    for name, value in trainer.game.state_dict().items():
        if name.startswith("model"):
            assert torch.equal(value, before[name]) != name.startswith(last[0]), name
    assert not any(name.startswith(last[0]) for name in below)


def test_the_best_weights_are_of_the_second_stage():
    kept = []
    trainer = trainer_for(
        "afr", "pictures", evaluations=10, observers=[lambda scene: kept.append(scene.best)]
    )
    trainer.play()
    assert not any(kept[:4])
    assert any(kept[4:])


def test_what_is_kept_apart_is_not_seen_before():
    trainer = trainer_for("afr", "vectors")
    seen = []
    deal = trainer.backward.deal
    trainer.backward.deal = lambda *a: seen.append(deal(*a)[0].x) or deal(*a)
    while trainer.images < 40:
        trainer.round()
    data = trainer.train
    apart_from = data.take(np.flatnonzero(trainer.game.kept.numpy()))
    assert seen
    for x in seen:
        assert not (x[:, None] == apart_from[None]).all(2).any()


def test_the_last_layer_pays_for_its_distance_in_the_second_stage_alone():
    game, data = game_of([0, 1], ("dark", "bright"), hold=0.5)
    rows = np.arange(len(data))
    batch = Batch(data.take(rows), data.known(game.columns, rows))
    assert game.last_loss(batch, None)["distance"] == 0
    with torch.no_grad():
        game.weigh([batch], 40)
        assert game.last_loss(batch, None)["distance"] == 0
        *_, bias = game.model.parameters()
        bias += torch.tensor([3.0, -4.0])
        assert game.last_loss(batch, None)["distance"] == pytest.approx(0.5 * 25)


def test_it_is_the_classifier_until_then():
    game, data = game_of([0, 1], ("dark", "bright"))
    rows = np.arange(8)
    batch = Batch(data.take(rows), data.known(game.columns, rows))
    plain = game_for(run_for("classifier"), data)
    assert equal(dict(plain.model.state_dict()), dict(game.model.state_dict()))
    assert game.loss(batch, None) == plain.loss(batch, None)
