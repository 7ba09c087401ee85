"""Weights of training examples: when the game is asked, and what they do."""

import numpy as np
import pytest
import torch
from tests.examples import data_for, equal, trainer_for, weights_of

from allegory.training.checkpoint import Checkpoints
from allegory.training.weigh import effective_share

N = 40
"""Training examples of the drawn data."""


def weighed(by, **fields):
    """A trainer of a game with weights, and the batches that its player sees."""
    trainer = trainer_for("autoencoder", "vectors", **fields)
    trainer.game.weigh = by
    return trainer


def test_examples_are_drawn_by_their_weights():
    only = torch.zeros(N)
    only[7] = 3.0
    trainer = weighed(lambda examples, images: only)
    seen = []
    deal = trainer.backward.deal
    trainer.backward.deal = lambda *a: seen.append(deal(*a)[0].x) or deal(*a)
    trainer.play()
    train = trainer.train
    expected = train.take(np.array([7])).expand(8, -1)
    rounds = [x for x in seen if len(x) == 8]
    assert len(rounds) == 10
    assert all(torch.equal(x, expected) for x in rounds)


def test_it_is_asked_as_each_epoch_begins_and_shown_every_example_in_order():
    asked = []

    def weigh(examples, images):
        x = torch.cat([batch.x for batch in examples])
        asked.append((images, torch.equal(x, trainer.train.take(np.arange(N)))))

    trainer = weighed(weigh, images=100)
    trainer.play()
    assert asked == [(0, True), (40, True), (80, True)]
    assert trainer.weights is None


def test_it_is_asked_as_each_stage_begins():
    asked = []
    trainer = weighed(lambda examples, images: asked.append(images), images=100)
    trainer.game.stages = (12, 56)  # within a round, and where one begins
    trainer.play()
    assert asked == [0, 16, 40, 56, 80]


def test_it_is_asked_in_evaluation_mode_without_gradients():
    found = []
    trainer = weighed(
        lambda examples, images: found.append((trainer.game.training, torch.is_grad_enabled()))
    )
    trainer.round()
    assert found == [(False, False)]
    assert trainer.game.training


def by_the_model(trainer):
    """Weights that change with the weights of the model."""

    def weigh(examples, images):
        codes = torch.cat([trainer.game.model.encode(batch.x).mean for batch in examples])
        return codes.square().sum(1)

    trainer.game.weigh = weigh
    return trainer


@pytest.mark.parametrize("stop", [24, 40, 56])
def test_a_resumed_run_draws_by_the_weights_that_it_had(tmp_path, stop):
    made = {"data": data_for("vectors"), "images": 120}
    undisturbed = by_the_model(trainer_for("autoencoder", "vectors", **made))
    undisturbed.play()
    parts = {"checkpoints": Checkpoints(tmp_path), **made}
    stopped = by_the_model(trainer_for("autoencoder", "vectors", **parts))
    while stopped.images < stop:
        stopped.round()
    stopped.save()
    again = by_the_model(trainer_for("autoencoder", "vectors", **made))
    again.restore(Checkpoints(tmp_path).newest())
    again.play()
    assert equal(weights_of(again), weights_of(undisturbed))
    assert "weights/" in weights_of(again)


def test_a_game_may_answer_with_a_buffer_of_its_own(tmp_path):
    trainer = weighed(None, checkpoints=Checkpoints(tmp_path))
    trainer.game.register_buffer("drawn", torch.arange(1.0, N + 1))
    trainer.game.weigh = lambda examples, images: trainer.game.drawn
    trainer.play()
    kept = Checkpoints(tmp_path).newest().tensors
    assert torch.equal(kept["weights/"], kept["game/drawn"])


@pytest.mark.parametrize(
    "wrong",
    [torch.ones(N - 1), -torch.ones(N), torch.zeros(N), torch.full((N,), torch.nan)],
)
def test_what_are_no_weights_is_told(wrong):
    with pytest.raises(ValueError, match="not negative"):
        weighed(lambda examples, images: wrong).round()


def test_the_effective_share():
    assert effective_share(torch.full((N,), 3.0)) == pytest.approx(1.0)
    assert effective_share(torch.eye(N)[0]) == pytest.approx(1 / N)
    half = torch.arange(N) % 2
    assert effective_share(half.float()) == pytest.approx(0.5)
