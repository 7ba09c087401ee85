"""What is particular to the game of a generator against its discriminator."""

import copy

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import data_for, equal, game_for, run_for, trainer_for
from tests.known_gans import MEDIA, Affine, Linear, batch_of, game_of, moves, turn_of
from torch import nn

from allegory.games.gan import Penalties
from allegory.models.gan import ConditionalGAN
from allegory.objectives.adversarial import ADVERSARIAL

every_loss = pytest.mark.parametrize("loss", ADVERSARIAL)


@pytest.mark.parametrize("label", [None, "label"])
@every_loss
def test_each_moves_its_own_weights_and_none_is_left_over(loss, label):
    trainer = trainer_for("gan", "vectors", loss=loss, label=label, r1=1.0, gradient_penalty=1.0)
    owned = [name for mover in trainer.movers for name in mover.names]
    assert sorted(owned) == sorted(name for name, _ in trainer.game.named_parameters())
    for mover in trainer.movers:
        before = {n: p.detach().clone() for n, p in trainer.game.named_parameters()}
        losses = trainer.backward(mover)
        mover.step(1e-2, sum(losses.values()))
        moved = {n for n, p in trainer.game.named_parameters() if not torch.equal(p, before[n])}
        part = {"generator": "model.generator.", "discriminator": "model.critic."}
        assert moved
        assert all(name.startswith(part[mover.player.name]) for name in moved)


@every_loss
def test_they_play_for_the_means_of_their_losses(loss):
    game, batch = game_of(loss=loss), batch_of()
    table = {}
    turn = turn_of(table=table)
    generator = game.generator_loss(batch, turn)
    real, fake = (game.model.critic(x) for x in (batch.x, table["fake"]))
    expected = ADVERSARIAL[loss].generator(real, fake).mean()
    torch.testing.assert_close(generator["adversarial"], expected)
    discriminator = game.discriminator_loss(batch, turn)
    assert set(discriminator) == {"adversarial"}
    expected = ADVERSARIAL[loss].discriminator(real, fake).mean()
    torch.testing.assert_close(discriminator["adversarial"], expected)


@every_loss
def test_a_move_along_the_gradient_raises_the_score_of_fakes(loss):
    game = game_of(loss=loss)
    game.generator_loss(batch_of(), turn_of())["adversarial"].backward()
    centre, weight = game.model.generator.centre, game.model.critic.weight
    assert -(centre.grad @ weight) > 0


def test_the_discriminator_judges_the_very_fakes_that_the_generator_made():
    game, table = game_of(), {}
    game.generator_loss(batch_of(), turn_of(seed=1, table=table))
    game.discriminator_loss(batch_of(), turn_of(seed=2, table=table))
    judged = game.model.critic.asked[-1][0]
    assert torch.equal(judged, torch.cat([batch_of().x, table["fake"]]))


def test_where_the_generator_does_not_move_the_fakes_are_new_and_its_weights_untouched():
    game = game_of(turns=2)
    (losses,) = moves(game, batch_of(), step=1).values()
    weights = list(game.model.generator.parameters())
    found = torch.autograd.grad(losses["adversarial"], weights, allow_unused=True)
    assert found == (None, None)
    real, fake = game.model.critic.asked[-1][0].chunk(2)
    assert torch.equal(real, batch_of().x)
    assert not torch.allclose(fake, real)


def test_a_loss_that_does_not_pair_does_not_ask_for_real_scores():
    for loss, asked in (("hinge", 1), ("relativistic", 2)):
        game = game_of(loss=loss)
        game.generator_loss(batch_of(), turn_of())
        assert len(game.model.critic.asked) == asked


@pytest.mark.parametrize("turns", [1, 3])
def test_the_generator_moves_in_one_of_so_many_rounds(turns):
    trainer = trainer_for("gan", "vectors", turns=turns, images=1000)
    model, moved = trainer.game.model, []
    for _ in range(7):
        before = [copy.deepcopy(part.state_dict()) for part in (model.generator, model.critic)]
        trainer.round()
        after = [part.state_dict() for part in (model.generator, model.critic)]
        moved.append(not equal(before[0], after[0]))
        assert not equal(before[1], after[1])
    assert moved == [step % turns == 0 for step in range(7)]


@pytest.mark.parametrize("n", [1, 16, 64])
def test_a_linear_critic_pays_the_closed_forms(n):
    game = game_of(critic=Linear((1.2, -1.6)), penalties=Penalties(real=3.0, fake=5.0, unit=7.0))
    losses = moves(game, batch_of(n))["discriminator"]
    # its slope has length 2
    assert losses["R1"].item() == pytest.approx(3.0 * 2**2 / 2)
    assert losses["R2"].item() == pytest.approx(5.0 * 2**2 / 2)
    assert losses["gradient penalty"].item() == pytest.approx(7.0 * (2 - 1) ** 2)


@pytest.mark.parametrize("n", [1, 16, 64])
def test_a_linear_critic_of_unit_norm_pays_no_gradient_penalty(n):
    losses = moves(game_of(penalties=Penalties(unit=10.0)), batch_of(n))["discriminator"]
    assert losses["gradient penalty"].item() == pytest.approx(0.0, abs=1e-10)


def test_r1_is_paid_at_real_examples_and_r2_at_fakes():
    class Square(nn.Module):
        def forward(self, x, labels=None, *, piles=1):
            return (x / scale).square().sum(1) / 2

    scale = torch.tensor(MEDIA.scale)
    game = game_of(critic=Square(), penalties=Penalties(real=1.0, fake=1.0))
    table = {}
    turn = turn_of(table=table)
    game.generator_loss(batch_of(), turn)
    losses = game.discriminator_loss(batch_of(), turn)
    # the slope of half the square is the example itself, all in deviations of the data
    for name, x in (("R1", batch_of().x), ("R2", table["fake"])):
        torch.testing.assert_close(losses[name], (x / scale).square().sum(1).mean() / 2)


@given(every=st.integers(1, 6), real=st.floats(0, 9), fake=st.floats(0, 9), unit=st.floats(0.1, 9))
def test_penalties_now_and_then_are_the_same_on_average(every, real, fake, unit):
    def paid(every, step):
        penalties = Penalties(real=real, fake=fake, unit=unit, every=every)
        game = game_of(critic=Linear((1.2, -1.6)), penalties=penalties)
        losses = moves(game, batch_of(4), step)["discriminator"]
        return sum(v.item() for k, v in losses.items() if k != "adversarial")

    rounds = [paid(every, step) for step in range(every)]
    assert rounds[1:] == [0] * (every - 1)
    assert sum(rounds) / every == pytest.approx(paid(1, 0), rel=1e-5)


def test_penalties_fade():
    game = game_of(penalties=Penalties(real=4.0, every=2, half_life=32))
    # a linear critic of unit norm pays half of the weight; a step is 16 images
    found = [moves(game, batch_of(), step)["discriminator"].get("R1") for step in range(5)]
    assert [r1 and r1.item() for r1 in found] == pytest.approx([4.0, None, 2.0, None, 1.0])


def test_penalties_leave_the_game_itself_as_it_is():
    steps = range(4)
    free = [moves(game_of(), batch_of(), s)["discriminator"] for s in steps]
    penalties = Penalties(real=1.0, unit=1.0, every=2)
    paid = [moves(game_of(penalties=penalties), batch_of(), s)["discriminator"] for s in steps]
    for a, b in zip(free, paid, strict=True):
        torch.testing.assert_close(a["adversarial"], b["adversarial"])


@pytest.mark.parametrize("drop", [0.0, 0.1, 0.5, 1.0])
def test_labels_are_dropped_as_often_as_was_asked(drop):
    n = 10_000
    given_labels = torch.arange(n) % 3
    game = game_of(label="kind", drop=drop)
    found = game.labels(batch_of(n, given_labels), turn_of(n))
    gone = found == -1
    assert torch.equal(found[~gone], given_labels[~gone])
    error = (drop * (1 - drop) / n) ** 0.5
    assert abs(gone.double().mean().item() - drop) <= 4 * error


def test_a_missing_label_stays_missing():
    game = game_of(label="kind")
    labels = torch.tensor([0, -1, 2, -1])
    assert torch.equal(game.labels(batch_of(4, labels), turn_of(4)), labels)


@pytest.mark.parametrize("step", [0, 1])
def test_a_fake_is_judged_as_of_the_class_that_it_was_made_for(step):
    labels = torch.arange(64) % 3
    game = game_of(Affine((0.0, 0.0), (0.0, 0.0), step=1.0), label="kind", drop=0.5, turns=2)
    moves(game, batch_of(64, labels), step)
    x, judged = game.model.critic.asked[-1]
    assert set(judged.tolist()) == {-1, 0, 1, 2}
    real, fake = judged.chunk(2)
    assert torch.equal(x[64:, 0], fake.float())
    assert torch.equal(real, fake)


def test_a_game_is_rebuilt_from_its_recipe():
    fields = {"r1": 2.0, "r2": 3.0, "gradient_penalty": 4.0, "penalty_every": 5}
    fields |= {"penalty_half_life": 6}
    run = run_for("gan", loss="hinge", turns=6, label="label", drop=0.25, **fields)
    game = game_for(run, data_for("vectors"))
    assert game.objective is ADVERSARIAL["hinge"]
    assert game.penalties == Penalties(real=2.0, fake=3.0, unit=4.0, every=5, half_life=6)
    assert (game.turns, game.drop, game.columns) == (6, 0.25, ("label",))
    assert isinstance(game.model, ConditionalGAN)
