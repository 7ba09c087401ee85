"""A generator and a discriminator whose every loss has a closed form, and turns for their game."""

import torch
from torch import nn

from allegory.games.gan import GANGame, Penalties
from allegory.media import Vectors
from allegory.models.gan import GAN, ConditionalGAN
from allegory.objectives.adversarial import ADVERSARIAL
from allegory.training.game import Batch, Turn
from allegory.training.noise import Noise

MEDIA = Vectors((5.0, -1.0), (3.0, 0.5))


class Linear(nn.Module):
    """D(x) = w x, x in deviations of the data; keeps what it was asked."""

    def __init__(self, weight=(0.6, -0.8)):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(weight))
        self.asked = []

    def forward(self, x, labels=None, *, piles=1):
        self.asked.append((x.detach(), labels))
        return (x / x.new_tensor(MEDIA.scale)) @ self.weight


class Affine(nn.Module):
    """G(z, y) = centre + scale z + step y, y = 0 where there is no label."""

    def __init__(self, centre=MEDIA.offset, scale=MEDIA.scale, step=0.0):
        super().__init__()
        self.centre = nn.Parameter(torch.tensor(centre))
        self.scale = nn.Parameter(torch.tensor(scale))
        self.step = step

    def forward(self, z, labels=None):
        moved = torch.zeros(len(z)) if labels is None else labels.float()
        return self.centre + self.scale * z + self.step * moved[:, None]


def game_of(generator=None, critic=None, loss="relativistic", penalties=None, **options):
    """The game of the two, conditional where there is a label."""
    parts, paired = (generator or Affine(), critic or Linear(), 2, MEDIA), ADVERSARIAL[loss].paired
    model = (
        ConditionalGAN(*parts, ("a", "b", "c"), (0.5, 0.3, 0.2), paired=paired)
        if "label" in options
        else GAN(*parts, paired=paired)
    )
    return GANGame(model, loss=loss, penalties=penalties or Penalties(), **options)


def normal(n, seed=0):
    return torch.randn(n, 2, generator=torch.Generator().manual_seed(seed))


def batch_of(n=16, labels=None):
    x = normal(n) * torch.tensor(MEDIA.scale) + torch.tensor(MEDIA.offset)
    return Batch(x, {} if labels is None else {"kind": labels})


def turn_of(n=16, step=0, seed=1, table=None):
    noise = Noise(seed, batch=n)
    return Turn(step=step, images=n * step, noise=noise, table={} if table is None else table)


def moves(game, batch, step=0):
    """The losses of both, in the order of their moves, each with its own noise."""
    table, found = {}, {}
    for seed, player in enumerate(game.players()):
        if step % player.every == 0:
            turn = turn_of(len(batch), step, seed, table)
            found[player.name] = player.loss(batch, turn)
    return found
