"""What a GAN's discriminator sees of pictures: changed ones, coarse ones; and how it is bound."""

import pytest
import torch
from tests.examples import data_for, game_for, pictures, run_for, trainer_for
from tests.known_gans import turn_of

from allegory.games.gan import ADAPTED, growing
from allegory.networks.growing import coarsen
from allegory.training.game import Batch


def pictures_game(**fields):
    return game_for(run_for("gan", **fields), data_for("pictures"))


@pytest.mark.parametrize(("told", "moved"), [(1.0, 1), (0.75, -1), (0.5, -1), (0.0, -1)])
def test_pictures_are_changed_more_while_the_discriminator_tells_too_well(told, moved):
    game, n = pictures_game(augment="auto"), 1000
    assert game.strength == 0
    game.strength.fill_(0.5)
    game.settle(turn_of(n, table={"told": (torch.arange(n) < told * n).float()}))
    assert game.strength.item() == pytest.approx(0.5 + moved * n / ADAPTED)


@pytest.mark.parametrize(("told", "end"), [(1.0, 1.0), (0.0, 0.0)])
def test_the_strength_of_changes_stays_a_probability(told, end):
    game, n = pictures_game(augment="auto"), ADAPTED // 3
    for step in range(5):
        game.settle(turn_of(n, step, table={"told": torch.full((n,), told)}))
        assert 0 <= game.strength <= 1
    assert game.strength == end


@pytest.mark.parametrize("kind", ["pictures", "vectors"])
@pytest.mark.parametrize("augment", ["auto", "never"])
def test_only_pictures_are_changed_and_only_where_asked(kind, augment):
    data = data_for(kind)
    game, x = game_for(run_for("gan", augment=augment), data), data.take(range(8))
    assert torch.equal(game.changed(x, turn_of(8)), x)
    game.strength.fill_(1.0)
    changed = game.changed(x, turn_of(8))
    assert torch.equal(changed, x) == (kind == "vectors" or augment == "never")


def test_the_discriminator_sees_changed_pictures_whoever_asks_it():
    game, data = pictures_game(augment="auto", loss="relativistic"), data_for("pictures")
    game.strength.fill_(1.0)
    batch, table, seen = Batch(data.take(range(8))), {}, []
    game.model.critic.register_forward_pre_hook(lambda _, x: seen.append(x[0].detach()))
    for player in game.players():
        player.loss(batch, turn_of(8, table=table))
    fake, real, (real_again, fake_again) = seen[0], seen[1], seen[2].chunk(2)
    for found, plain in ((fake, table["fake"]), (real, batch.x)):
        assert not torch.allclose(found, plain, atol=0.01)
    for found, plain in ((fake_again, table["fake"]), (real_again, batch.x)):
        assert not torch.allclose(found, plain, atol=0.01)


def growing_game(growth):
    data = pictures(height=32, width=32)
    return game_for(run_for("progressive", growth_images=growth, augment="never"), data)


@pytest.mark.parametrize("n", [5, 6, 8])
def test_a_growing_discriminator_judges_real_examples_whatever_the_fakes(n):
    game, scores = growing_game(0), []
    batch = Batch(pictures(height=32, width=32).take(range(n)))
    game.model.critic.register_forward_hook(lambda *found: scores.append(found[2].detach()[:n]))
    for fake in (torch.zeros_like(batch.x), batch.x.flip(0)):
        game.discriminator_loss(batch, turn_of(n, table={"fake": fake}))
    torch.testing.assert_close(scores[0], scores[1])


def level(game):
    """The level that all its networks have."""
    (found,) = {float(network.level) for network in growing(game.model)}
    return found


def test_networks_grow_with_the_images_seen():
    game, x = growing_game(80), pictures(height=32, width=32).take(range(4))
    assert len(growing(game.model)) == 2
    assert level(game) == 0
    torch.testing.assert_close(game.real(Batch(x)), coarsen(x, 0))
    levels = []
    for step in range(12):  # of 10 images
        game.settle(turn_of(10, step))
        levels.append(level(game))
    assert levels == sorted(levels)
    assert any(0 < found % 1 < 1 for found in levels)
    assert levels[7] < levels[8] == levels[11] == growing(game.model)[0].network.levels > 0
    assert torch.equal(game.real(Batch(x)), x)


def test_networks_that_need_not_grow_are_grown():
    game = growing_game(0)
    for step in range(3):
        assert level(game) == growing(game.model)[0].network.levels > 0
        game.settle(turn_of(10, step))


def test_spectral_norms_follow_the_weights():
    trainer = trainer_for("gan", "vectors", spectral=True)
    critic = trainer.game.model.critic
    before = {n: v.clone() for n, v in critic.named_buffers() if n.endswith("weight.0.v")}
    assert before
    trainer.round()
    assert not any(torch.equal(v, before[n]) for n, v in critic.named_buffers() if n in before)
