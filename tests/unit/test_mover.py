"""The move of a player's weights: that of AdamW, however the weights lie in memory."""

import pytest
import torch
from torch import nn

from allegory.training.game import Game, Player
from allegory.training.mover import Mover
from allegory.training.settings import TrainingSettings


class Number(nn.Module):
    def __init__(self):
        super().__init__()
        self.value = nn.Parameter(torch.tensor(0.5))


class Layers(Game):
    """A convolution, a linear layer and a number."""

    def __init__(self):
        super().__init__()
        self.conv, self.linear = nn.Conv2d(3, 5, 4), nn.Linear(3, 2)
        self.only = Number()

    def players(self):
        return (Player(name="all", owns=OWNED, loss=lambda *_: {}),)


OWNED = ("conv", "linear", "only")
SETTINGS = TrainingSettings(lr=1e-2, clip=1e6)


def mover_of(game):
    return Mover(game, game.players()[0], SETTINGS)


def gradients(weights, seed):
    rng = torch.Generator().manual_seed(seed)
    return [torch.empty_like(w).copy_(torch.randn(w.shape, generator=rng)) for w in weights]


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_moves_are_those_of_the_plain_optimiser_and_go_on_after_a_restart(layout):
    torch.manual_seed(0)
    game = Layers().to(memory_format=layout)
    mover, weights = mover_of(game), [*game.parameters()]
    plain = [nn.Parameter(w.detach().contiguous().clone()) for w in weights]
    wanted = torch.optim.AdamW(
        plain,
        lr=SETTINGS.lr,
        betas=(SETTINGS.beta1, SETTINGS.beta2),
        weight_decay=0.0,
        fused=False,
        foreach=False,
    )
    for seed in range(4):
        if seed == 2:  # half-way it begins anew, from what was kept
            kept = {k: v.contiguous().clone() for k, v in mover.state().items()}
            assert kept["conv.weight:exp_avg"].shape == game.conv.weight.shape
            mover = mover_of(game)
            mover.restore(kept)
        for w, p, g in zip(weights, plain, gradients(weights, seed), strict=True):
            w.grad, p.grad = g, g.contiguous().clone()
        mover.step(SETTINGS.lr, torch.zeros(()))
        wanted.step()
    for w, p in zip(weights, plain, strict=True):
        torch.testing.assert_close(w, p, rtol=1e-5, atol=1e-6)


def test_what_took_no_part_stays():
    game = Layers()
    mover, before = mover_of(game), game.linear.weight.detach().clone()
    game.conv.weight.grad = torch.ones_like(game.conv.weight)
    mover.step(SETTINGS.lr, torch.zeros(()))
    assert torch.equal(game.linear.weight, before)
    mover.clear()
    assert game.conv.weight.grad is None
