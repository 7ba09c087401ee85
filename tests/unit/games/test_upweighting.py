"""Just train twice: who moves when, and what the scout's mistakes weigh."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.examples import data_for, equal, game_for, run_for, trainer_for, weights_of

from allegory.data.dataset import Column
from allegory.errors import UserError
from allegory.recipes.settings import change
from allegory.recipes.table import recipe
from allegory.training.game import Batch

N = 40
"""Training examples of the drawn data."""


def batches(data, game, parts=3):
    pieces = np.array_split(np.arange(len(data)), parts)
    return [Batch(data.take(rows), data.known(game.columns, rows)) for rows in pieces]


def always(game, k):
    """The scout says class k of every example."""
    with torch.no_grad():
        for p in game.scout.parameters():
            p.zero_()
        *_, last = (m for m in game.scout.modules() if isinstance(m, torch.nn.Linear))
        last.bias[k] = 1.0


def labelled(values, names=("dark", "bright")):
    data = data_for("vectors")
    column = Column("category", np.resize(values, len(data)), names)
    return replace(data, columns={**data.columns, "label": column}).split("train")


@pytest.mark.parametrize(
    ("values", "names", "said", "expected"),
    [
        ([0, 1, 1], ("dark", "bright"), 1, [5, 1, 1]),
        ([0, -1, 1], ("dark", "bright"), 1, [5, 1, 1]),
        ([0, 1, 2, 1], ("dark", "dim", "bright"), 2, [5, 5, 1, 5]),
        ([0, 2, 2, 0], ("dark", "none", "bright"), 1, [5, 5, 5, 5]),
    ],
)
def test_what_the_scout_misses_weighs_more(values, names, said, expected):
    data = labelled(values, names)
    game = game_for(run_for("jtt", upweight=5.0), data)
    always(game, said)
    with torch.no_grad():
        found = game.weigh(batches(data, game), 40)
    assert found.tolist() == np.resize(expected, N).tolist()


def test_nothing_weighs_more_before_the_scout_has_ended_and_then_it_is_asked_once():
    data = labelled([0, 1])
    game = game_for(run_for("jtt", upweight=5.0), data)
    always(game, 1)
    with torch.no_grad():
        assert game.weigh(batches(data, game), 39) is None
        assert not game.weights.any()
        first = game.weigh(batches(data, game), 40)
        always(game, 0)
        assert torch.equal(game.weigh(batches(data, game), 80), first)


def test_the_scout_moves_first_then_the_classifier():
    trainer = trainer_for("jtt", "pictures")
    scout, model = trainer.game.scout, trainer.game.model
    start = {k: v.clone() for k, v in model.state_dict().items()}
    assert equal(start, dict(scout.state_dict()))
    while trainer.images < 40:
        trainer.round()
    assert equal(start, dict(model.state_dict()))
    learned = {k: v.clone() for k, v in scout.state_dict().items()}
    assert not equal(start, learned)
    trainer.play()
    assert not equal(start, dict(model.state_dict()))
    assert equal(learned, dict(scout.state_dict()))
    assert {1.0} <= set(trainer.weights.tolist()) <= {1.0, 2.0}
    assert "game/weights" in weights_of(trainer)


def test_weights_of_a_model_that_has_not_learned_are_never_the_best():
    kept = []
    trainer = trainer_for(
        "jtt", "pictures", evaluations=10, observers=[lambda scene: kept.append(scene.best)]
    )
    trainer.play()
    assert not any(kept[:4])
    assert any(kept[4:])


def test_a_run_that_ends_before_its_second_stage_is_told():
    with pytest.raises(UserError, match="the second stage would not begin: first_images 9,000"):
        change(recipe("jtt"), {"images": 8_000, "first_images": 9_000})


@pytest.mark.parametrize("name", ["jtt", "afr"])
@pytest.mark.parametrize(("images", "most"), [(80, 72), (81, 80), (79, 72)])
def test_its_last_round_is_of_the_second_stage_at_least(name, images, most):
    trainer = trainer_for(name, "vectors", images=images, first_images=most)
    trainer.play()
    assert (trainer.game.weights if name == "jtt" else trainer.game.second).any()
    with pytest.raises(UserError, match="the second stage would not begin"):
        run_for(name, images=images, first_images=most + 1)
