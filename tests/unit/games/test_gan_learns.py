"""How near a GAN's samples are to the data: what the game measures, and what it comes to."""

import math

import numpy as np
import pytest
import torch
from tests.examples import data_for, dataset, trainer_for
from tests.known_gans import MEDIA, Affine, game_of, normal

from allegory.media import Vectors
from allegory.training.game import Batch
from allegory.training.noise import Noise


def held_out(generator, n=32, draws=100, **options):
    """Mean and standard error over batches."""
    game = game_of(generator, **options)
    found = []
    for seed in range(draws):
        labels = torch.arange(n) % 3
        x = Affine(step=generator.step)(normal(n, seed=seed), labels)
        noise = Noise(1000 + seed, batch=n)
        losses = game.held_out(game.model, Batch(x.detach(), {"kind": labels}), noise)
        found.append(sum(losses.values()).item())
    mean = math.fsum(found) / draws
    return mean, (sum((f - mean) ** 2 for f in found) / draws / (draws - 1)) ** 0.5


def test_samples_that_are_the_data_have_no_held_out_loss():
    mean, error = held_out(Affine())
    assert abs(mean) < 4 * error


@pytest.mark.parametrize(
    ("centre", "scale"),
    [((8.0, -1.0), MEDIA.scale), (MEDIA.offset, (0.0, 0.0)), (MEDIA.offset, (6.0, 1.0))],
    ids=["elsewhere", "collapsed", "scattered"],
)
def test_other_samples_have_a_held_out_loss(centre, scale):
    mean, error = held_out(Affine(centre, scale))
    assert mean > max(0.03, 10 * error)


def test_held_out_samples_are_of_the_classes_of_the_examples():
    asked, unasked = Affine(step=9.0), Affine()
    mean, error = held_out(asked, label="kind")
    assert abs(mean) < 4 * error
    game = game_of(unasked, label="kind")
    labels = torch.arange(32) % 3
    x = asked(normal(32), labels).detach()
    losses = game.held_out(game.model, Batch(x, {"kind": labels}), Noise(0, batch=32))
    assert losses["inhomogeneity"] > 0.4


FREE = {"r1": 0.0, "r2": 0.0, "gradient_penalty": 0.0, "penalty_every": 1, "penalty_half_life": 0}


def slanted(n=1000, seed=0):
    """A normal that is neither where a generator of vectors starts nor of its shape."""
    noise = np.random.default_rng(seed).standard_normal((n, 2))
    store = noise @ [[1.5, 1.5], [0.0, 0.3]] + [1.0, 9.0]
    return dataset(store.astype(np.float32), Vectors((5.0, 5.0), (3.0, 3.0)))


@pytest.mark.parametrize(
    ("loss", "penalty"),
    [
        ("relativistic", {"r1": 0.1, "r2": 0.1}),
        ("non-saturating", {"r1": 0.1}),
        ("minimax", {"r1": 0.1}),
        ("hinge", {"r1": 0.1}),
        ("wasserstein", {"gradient_penalty": 1.0, "turns": 3}),
    ],
)
def test_it_learns_a_gaussian(loss, penalty):
    fields = {**FREE, **penalty, "lr": 2e-3, "batch": 32, "images": 32 * 300}
    trainer = trainer_for("gan", "vectors", slanted(), loss=loss, **fields)
    game, n = trainer.game, 1000

    def distance(model):
        x = slanted(n, seed=1).take(range(n))
        return game.held_out(model, Batch(x), Noise(0, batch=n))["inhomogeneity"].item()

    before = distance(game.model)
    trainer.play()
    after = distance(trainer.average.model)
    assert after < 0.4 * before


def test_it_learns_classes():
    data = data_for("vectors")
    fields = {**FREE, "r1": 0.1, "r2": 0.1, "batch": 32, "lr": 2e-3, "images": 32 * 300}
    trainer = trainer_for("gan", "vectors", data, loss="relativistic", label="label", **fields)
    trainer.play()
    model, n = trainer.average.model, 500
    assert model.conditions == ("dark", "bright")
    # the label is whether the mean of an example is above the median of all
    middle = float(np.median(data.store.mean(1)))
    dark, bright = (model.sample(n, rng=0, labels=torch.full((n,), c)).mean(1) for c in (0, 1))
    assert (dark < middle).sum() > 0.85 * n
    assert (bright > middle).sum() > 0.85 * n
    both = model.sample(n, rng=0).mean(1)
    assert 0.25 * n < (both < middle).sum() < 0.75 * n
