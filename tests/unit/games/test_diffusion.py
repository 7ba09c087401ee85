"""What is particular to diffusion and to consistency."""

import pytest
import torch
from tests.examples import data_for, game_for, run_for, trainer_for

from allegory.models.build import build
from allegory.objectives.denoising import denoised, noise_levels, scalings, squared_error
from allegory.recipes.diffusion import spread_of
from allegory.training.game import Batch, Turn
from allegory.training.noise import Noise


def turn_of(n, images=0, rows=slice(None)):
    return Turn(step=0, images=images, noise=Noise(1, batch=n, rows=rows))


@pytest.mark.parametrize("kind", ["pictures", "vectors"])
@pytest.mark.parametrize("formulation", ["edm", "flow"])
def test_at_the_start_the_loss_has_its_analytic_value(kind, formulation):
    data = data_for(kind)
    game = game_for(run_for("diffusion", formulation=formulation, precision="float32"), data)
    rows = torch.arange(40).repeat(50).numpy()  # all that it trains on, many times
    batch = Batch(data.take(rows))
    loss = float(game.loss(batch, turn_of(len(rows)))["denoising"].detach())
    standard = batch.x
    if kind == "vectors":
        standard = (batch.x - batch.x.new_tensor(data.media.offset)) / data.media.scale[0]
    square = float(standard.square().mean())
    spread = spread_of(data)
    if formulation == "flow":
        expected = 1.0 + square  # E (ε - x)²
    else:  # 1 where the spread is that of the data; else the noise's share and the data's
        s = noise_levels(torch.rand(100_000), game.mean, game.deviation).square()
        own = float((s / (s + spread**2)).mean())
        expected = own * square / spread**2 + 1.0 - own
    assert loss == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize("formulation", ["edm", "flow"])
def test_a_perfect_network_leaves_the_noise_alone_to_be_paid_for(formulation):
    x, spread = torch.randn(64, 5) * 0.7, 0.7
    sigma = torch.linspace(0.01, 20, 64)
    noisy = x + sigma[:, None] * torch.randn(64, 5)
    s = scalings(formulation, sigma, spread)
    target = (x - s.skip[:, None] * noisy) / s.out[:, None]
    torch.testing.assert_close(denoised(noisy, target, s), x, atol=1e-4, rtol=1e-4)
    error = squared_error(x, denoised(noisy, torch.zeros_like(noisy), s), s)
    torch.testing.assert_close(error, target.square().mean(1), atol=1e-3, rtol=1e-3)


def test_the_velocity_is_that_of_the_straight_path():
    x, noise, t = torch.randn(8, 3), torch.randn(8, 3), torch.linspace(0.1, 0.9, 8)
    s = scalings("flow", t / (1 - t), 1.0)
    noisy = x + (t / (1 - t))[:, None] * noise
    torch.testing.assert_close(s.enter[:, None] * noisy, (1 - t)[:, None] * x + t[:, None] * noise)
    torch.testing.assert_close(denoised(noisy, noise - x, s), x, atol=1e-5, rtol=1e-4)


def test_noise_levels_are_drawn_evenly_over_a_batch():
    game = game_for(run_for("diffusion"), data_for("vectors"))
    from allegory.games.diffusion import stratified

    u = stratified(Noise(0, batch=10))
    assert (u * 10).floor().tolist() == list(range(10))
    torch.testing.assert_close(stratified(Noise(0, batch=10, rows=slice(3, 7))), u[3:7])
    levels = noise_levels(torch.rand(20_000), game.mean, game.deviation).log()
    assert float(levels.mean()) == pytest.approx(game.mean, abs=0.05)
    assert float(levels.std()) == pytest.approx(game.deviation, abs=0.05)


def test_hidden_labels_are_those_of_no_class():
    game = game_for(run_for("diffusion", label="label", drop=1.0), data_for("pictures"))
    from allegory.games.diffusion import kept_labels

    batch = Batch(data_for("pictures").take(range(4)), {"label": torch.tensor([0, 1, 0, -1])})
    assert kept_labels(game, batch, Noise(0, batch=4), 1.0).tolist() == [-1] * 4
    assert kept_labels(game, batch, Noise(0, batch=4), 0.0).tolist() == [0, 1, 0, -1]


def test_who_steps_where_the_equation_goes_has_nothing_to_learn():
    """Of a normal the probability-flow equation is solved: x grows as the root of 1 + sigma²."""
    game = game_for(run_for("diffusion-fast"), data_for("vectors"))
    levels, noise, clean = game.levels, Noise(1, batch=2_000), torch.randn(2_000, 2)
    assert levels[0, 0] == 80.0
    assert torch.equal(levels[:-1, -1], levels[1:, 0])

    def exact(x, sigma, *, labels=None):
        ends, sigma = levels[:, -1], sigma[:, None]
        end = torch.where(sigma > ends[0] * 1.0001, ends[0], ends[1])
        there = x * ((1.0 + end**2) / (1.0 + sigma**2)).sqrt()
        return ((there - end / sigma * x) / (1.0 - end / sigma)).nan_to_num()

    with torch.no_grad():
        # a network that says 0 denoises a normal exactly, and so does its teacher
        before = float(game.apart(clean, noise, None).mean())
        game.model.denoise = exact
        after = float(game.apart(clean, noise, None).mean())
    assert after < 0.05 * before  # what Heun's method leaves of so few steps


def test_the_teacher_is_the_average_of_the_first_stage():
    trainer = trainer_for("diffusion-fast", "vectors", images=400, first_images=200)
    game = trainer.game

    def weights(model):
        return torch.cat([p.detach().flatten() for p in model.parameters()])

    judged = weights(game.critic).clone()
    trainer.round()
    torch.testing.assert_close(weights(game.teacher), weights(game.model))
    while trainer.images < 200:
        trainer.round()
    assert torch.equal(weights(game.critic), judged)  # there is nothing to tell yet
    taught = weights(game.teacher).clone()
    assert not torch.equal(taught, weights(game.model))
    trainer.round()
    assert torch.equal(weights(game.teacher), taught)
    assert not torch.equal(weights(game.critic), judged)
    assert not any(p.requires_grad for p in game.teacher.parameters())


def test_the_discriminator_draws_samples_to_where_it_finds_examples():
    """A discriminator of which the right is known: examples lie at the higher values."""
    game = game_for(run_for("diffusion-fast", first_images=0), data_for("vectors"))
    game.critic = type("Critic", (torch.nn.Module,), {"forward": lambda _, x, labels: x.sum(1)})()
    batch, turn = Batch(data_for("vectors").take(range(8))), turn_of(8)
    loss = game.loss(batch, turn)["adversarial"]
    fake = turn.left("fake")
    expected = torch.nn.functional.softplus(batch.x.sum(1) - fake.sum(1)).mean()
    torch.testing.assert_close(loss, expected)
    loss.backward()
    game.model.network.leave.bias.data -= 0.01 * game.model.network.leave.bias.grad
    assert game.loss(batch, turn_of(8))["adversarial"] < loss  # the same noise
    assert (
        len(game_for(run_for("diffusion-fast", adversarial=0.0), data_for("vectors")).players())
        == 1
    )


def test_a_conditional_model_samples_the_class_that_is_asked_for():
    """Two points, a class each: the exact answer is known, and soon learned."""
    from dataclasses import replace

    import numpy as np
    from tests.examples import vectors

    data = vectors(n=208)
    bright = data.columns["label"].values
    place = np.where(bright[:, None] == 1, 8.0, 2.0).astype(np.float32)
    noise = np.random.default_rng(0).normal(0, 0.3, data.store.shape)
    data = replace(data, store=(place + noise).astype(np.float32))
    trainer = trainer_for(
        "diffusion", "vectors", data, label="label", images=24_000, batch=64, lr=4e-3, steps=8
    )
    trainer.play()
    model = trainer.average.model
    for index, where in enumerate((2.0, 8.0)):
        x = model.sample(64, rng=0, labels=torch.full((64,), index))
        assert float((x - where).abs().mean()) < 1.0
    strong = model.drawn_by(guidance=3.0).sample(64, rng=0, labels=torch.ones(64).long())
    assert float(strong.mean()) > 7.0
    free = model.sample(200, rng=0)
    assert 0.3 < float((free.mean(1) > 5).float().mean()) < 0.7


def test_a_network_that_says_nothing_is_the_denoiser_of_a_normal():
    """Of N(offset, scale²): codes, samples and densities are then known exactly."""
    data = data_for("vectors")
    model = build(run_for("diffusion", steps=64).game.blueprint(data))
    x = data.take(range(8))
    offset, scale = (x.new_tensor(v) for v in (data.media.offset, data.media.scale))
    expected = torch.distributions.Normal(offset, scale).log_prob(x).sum(1)
    torch.testing.assert_close(model.log_prob(x, rng=0), expected, atol=0.02, rtol=0)
    z = model.encode(x).mean
    torch.testing.assert_close(z, (x - offset) / scale, atol=0.02, rtol=0)
    torch.testing.assert_close(model.decode(z), x, atol=0.1, rtol=0)
