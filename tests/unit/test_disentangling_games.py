"""What is particular to the games that press latents apart."""

import math

import pytest
import torch
from tests.examples import data_for, game_for, run_for, trainer_for

from allegory.training.game import Batch, Turn
from allegory.training.noise import Noise


def loss_of(game, data, images=0):
    batch = Batch(data.take(range(8)))
    player = game.players()[0]
    return player.loss(batch, Turn(step=0, images=images, noise=Noise(1, batch=8)))


def test_with_unit_weights_the_beta_tcvae_is_the_vae():
    data = data_for("pictures")
    plain = game_for(run_for("vae"), data)
    parts = game_for(run_for("beta-tcvae", beta=1.0, likelihood="auto"), data)
    a, b = (sum(loss_of(game, data).values()) for game in (plain, parts))
    torch.testing.assert_close(a, b)


def test_the_capacity_rises_linearly_and_the_kl_pays_for_its_distance():
    data = data_for("vectors")
    fields = {"capacity": 20.0, "capacity_images": 1000}
    plain = game_for(run_for("vae", likelihood="gaussian-fixed"), data)
    game = game_for(run_for("annealed-vae", beta=3.0, deviation=0.1, **fields), data)
    kl = loss_of(plain, data)["kl"].item()
    for images, capacity in ((0, 0.0), (250, 5.0), (1000, 20.0), (5000, 20.0)):
        found = loss_of(game, data, images)["kl"].item()
        assert found == pytest.approx(3.0 * abs(kl - capacity), rel=1e-4)


def test_a_capacity_makes_latents_hold_so_much():
    trainer = trainer_for("annealed-vae", "vectors", images=3200, capacity=4.0, capacity_images=0)
    trainer.play()
    assert trainer.held_out_losses()["kl"] == pytest.approx(4.0, abs=1.0)


def test_a_deviation_that_is_auto_grows_with_the_size_of_pictures():
    from tests.examples import pictures

    auto = run_for("factor-vae").game
    small, large = (pictures(16, side, side) for side in (32, 64))
    assert auto.spread(large.media) == pytest.approx(2 * auto.spread(small.media))
    assert auto.spread(data_for("vectors").media) == 0.1
    assert auto.blueprint(large).arguments["deviation"] == auto.spread(large.media)


def test_the_discriminator_finds_the_codes_however_the_batch_was_cut_for_the_vae():
    trainer = trainer_for("factor-vae", "pictures", precision="float32")
    vae, discriminator = trainer.movers
    trainer.backward(vae)
    whole = trainer.backward.table["codes"].clone()
    trainer.backward.slices = 2
    trainer.backward(vae)
    trainer.backward.slices = 4
    trainer.backward(discriminator)
    torch.testing.assert_close(trainer.backward.table["codes"], whole, rtol=1e-4, atol=1e-5)
    assert not whole.requires_grad


def test_the_discriminator_learns_to_see_dependent_latents():
    trainer = trainer_for("factor-vae", "vectors", gamma=0.0)
    discriminator = trainer.movers[1]
    shared = torch.randn(8, 1, generator=torch.Generator().manual_seed(0)).expand(8, 3)
    for _ in range(100):
        trainer.backward.table = {"codes": shared}
        losses = trainer.backward(discriminator)
        discriminator.step(1e-3, losses["cross-entropy"])
        trainer.backward.step += 1
    assert losses["cross-entropy"] < 0.9 * math.log(2)


def test_a_discriminator_that_is_wrong_pays_nothing():
    data = data_for("vectors")
    game = game_for(run_for("factor-vae", gamma=2.0), data)
    bias = game.discriminator.layers[-1].bias
    for log_odds in (-100.0, 100.0):
        torch.nn.init.constant_(bias, log_odds)
        found = loss_of(game, data)["total correlation"].item()
        assert found == pytest.approx(max(2 * log_odds, 0.0), abs=2.0)
