"""What holds for every game: tested once, for all in the table of recipes."""

import copy
import math
from dataclasses import replace

import pytest
import torch
from tests.examples import (
    GAMES,
    SYSTEMS,
    data_for,
    equal,
    game_for,
    run_for,
    stages,
    trainer_for,
    weights_of,
)
from torch.overrides import TorchFunctionMode

from allegory.training.checkpoint import Checkpoints
from allegory.training.game import Batch, Turn
from allegory.training.hands import Hands, separable
from allegory.training.noise import Noise

every_game = pytest.mark.parametrize(("name", "kind"), GAMES)
every_system = pytest.mark.parametrize(
    ("name", "kind"), [(name, kind) for name, kind in GAMES if name in SYSTEMS]
)


def batch_of(data, game, rows):
    return Batch(data.take(rows), data.known(game.columns, rows))


def turn(batch, table, rows=slice(None), seed=1):
    """A turn in the round of this table, which its players share."""
    return Turn(step=0, images=0, noise=Noise(seed, batch=batch, rows=rows), table=table)


def uncoupled(game):
    if game.coupled:
        pytest.skip("its loss couples the examples of a batch")


@every_game
def test_players_own_each_weight_exactly_once(name, kind):
    trainer = trainer_for(name, kind)
    owned = [n for mover in trainer.movers for n in mover.names]
    trainable = [n for n, p in trainer.game.named_parameters() if p.requires_grad]
    assert sorted(owned) == sorted(trainable)


class OnTheDevice(TorchFunctionMode):
    """Refuses tensors of Python's numbers: to copy them, a GPU's work is waited for."""

    def __torch_function__(self, made, types, args=(), kwargs=None):
        assert made not in (torch.tensor, torch.as_tensor, torch.Tensor.new_tensor)
        return made(*args, **(kwargs or {}))


@every_game
def test_a_loss_copies_no_numbers_to_the_device(name, kind):
    trainer = trainer_for(name, kind)
    for mover in trainer.movers:
        batch, turn = trainer.backward.deal(mover.player.name)
        with OnTheDevice():
            mover.player.loss(batch, turn)


@every_game
def test_a_move_changes_only_what_its_player_owns(name, kind):
    trainer = trainer_for(name, kind)
    for mover in trainer.movers:
        trainer.game.zero_grad()
        before = {n: p.detach().clone() for n, p in trainer.game.named_parameters()}
        losses = trainer.backward(mover)
        mover.step(1e-3, sum(losses.values()))
        for n, p in trainer.game.named_parameters():
            if n not in mover.names:
                assert torch.equal(p, before[n])
                assert p.grad is None
        assert any(not torch.equal(p, before[n]) for n, p in trainer.game.named_parameters())


@every_game
def test_losses_are_finite_scalars_in_float32(name, kind):
    data = data_for(kind)
    game = game_for(run_for(name), data)
    batch, table = batch_of(data, game, range(8)), {}
    for player in game.players():
        losses = player.loss(batch, turn(8, table))
        assert losses
        for value in losses.values():
            assert value.shape == ()
            assert value.dtype == torch.float32
            assert math.isfinite(value.detach())
    held_out = game.held_out(game.model, batch, Noise(0, batch=8))
    assert all(math.isfinite(v.detach()) for v in held_out.values())


@every_game
def test_a_batch_in_slices_is_the_batch_in_one(name, kind):
    data = data_for(kind)
    game = game_for(run_for(name), data)
    uncoupled(game)
    in_one, in_slices = {}, {}
    for player in game.players():
        whole = player.loss(batch_of(data, game, range(8)), turn(8, in_one))
        parts = [
            player.loss(batch_of(data, game, range(8)[s]), turn(8, in_slices, s))
            for s in (slice(0, 3), slice(3, 8))
        ]
        for key, value in whole.items():
            mean = (3 * parts[0][key] + 5 * parts[1][key]) / 8
            torch.testing.assert_close(mean, value, rtol=1e-4, atol=1e-4)


@every_game
def test_a_slice_may_hold_a_single_example(name, kind):
    data = data_for(kind)
    game = game_for(run_for(name), data)
    table = {}
    for player in game.players():
        losses = player.loss(batch_of(data, game, [2]), turn(8, table, slice(2, 3)))
        assert all(math.isfinite(v.detach()) for v in losses.values())


@every_game
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_killed_and_resumed_is_undisturbed_bit_for_bit(name, kind, precision, tmp_path):
    undisturbed = trainer_for(name, kind, precision=precision)
    for _ in range(8):
        undisturbed.round()

    first = trainer_for(name, kind, precision=precision)
    for _ in range(6):  # into the second epoch, and the second stage of those that have one
        first.round()
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(first.state(), first.images)
    second = trainer_for(name, kind, precision=precision)
    second.restore(checkpoints.newest())
    for _ in range(2):
        second.round()

    assert equal(weights_of(second), weights_of(undisturbed))


@every_game
def test_a_loss_changes_no_state(name, kind):
    data = data_for(kind)
    game = game_for(run_for(name), data)
    before, table = copy.deepcopy(game.state_dict()), {}
    for player in game.players():
        player.loss(batch_of(data, game, range(8)), turn(8, table))
        assert equal(before, game.state_dict())


@every_system
def test_observers_cannot_change_a_run(name, kind):
    def meddle(scene):
        torch.manual_seed(123)
        torch.rand(7)

    plain = trainer_for(name, kind)
    watched = trainer_for(name, kind, observers=[meddle])
    plain.play()
    watched.play()
    assert equal(weights_of(plain), weights_of(watched))


@every_game
def test_another_seed_is_another_run(name, kind):
    a, b = trainer_for(name, kind), trainer_for(name, kind, seed=1)
    for trainer in (a, b):
        trainer.round()
    assert not equal(weights_of(a), weights_of(b))


@every_system
def test_training_lowers_the_held_out_loss(name, kind):
    # noise that is carried starts as a normal where the data are said to be
    data = moved(data_for(kind)) if kind == "vectors" else None
    # of 3,200: the one that learns from scratch is long
    stage = {"jtt": 400, "afr": 2_800, "diffusion-fast": 1_600}.get(name)
    first = {k: stage for k in stages(run_for(name)) if stage}
    trainer = trainer_for(name, kind, data, images=3_200 if stage else 1_600, **first)
    # those that can't tell before a second stage tell two classes apart: a guess costs log 2
    before = trainer.held_out_losses().get("total", math.log(2))
    trainer.play()
    assert trainer.held_out_losses()["total"] < before


@every_game
def test_memory_that_runs_out_cuts_the_batch_and_changes_nothing_else(name, kind):
    roomy, tight = (trainer_for(name, kind, precision="float32") for _ in range(2))
    uncoupled(roomy.game)
    for a, b in zip(roomy.movers, tight.movers, strict=True):
        b.player = limited(b.player, most=3)
        expected, found = roomy.backward(a), tight.backward(b)
        for key, value in expected.items():
            torch.testing.assert_close(found[key], value, rtol=1e-5, atol=1e-5)
        steepest = max(p.abs().max().item() for p in a.gradients())
        for p, q in zip(a.gradients(), b.gradients(), strict=True):
            # a gradient may be 0 but for rounding
            near = 1e-4 * p.abs().max().item() + 1e-6 * steepest
            torch.testing.assert_close(p, q, rtol=1e-3, atol=near)
    assert tight.backward.slices == 4


@every_system
def test_pieces_side_by_side_are_pieces_one_after_the_other(name, kind):
    one, many = trainer_for(name, kind, slices=3), trainer_for(name, kind)
    if not separable(many.game):
        return
    many.backward.hands = Hands(3)
    for _ in range(5):
        one.round()
        many.round()
    many.backward.hands.close()
    many.backward.slices = 3
    assert equal(weights_of(one), weights_of(many))


def moved(data):
    """Vectors that are not where their media say."""
    media = data.media
    return replace(data, media=replace(media, offset=tuple(o - 6.0 for o in media.offset)))


def limited(player, most):
    """The player on a device whose memory holds `most` examples."""

    def loss(batch, turn):
        if len(batch) > most:
            raise torch.OutOfMemoryError("no room")
        return player.loss(batch, turn)

    return replace(player, loss=loss)
