"""Which numbers a loss is computed with."""

import torch
from torch import nn

from allegory.training.hands import Hands
from allegory.training.precision import autocast


def test_gradients_in_bfloat16_do_not_depend_on_who_computes():
    torch.manual_seed(0)
    net = nn.Sequential(*[nn.Linear(128, 128) for _ in range(4)])

    def gradients(piece):
        x = torch.randn(32, 128, generator=torch.Generator().manual_seed(piece))
        with autocast("bfloat16", torch.device("cpu")):
            # each weight is used twice: its casts must not be shared by one use only
            loss = (net(x).float() * net(x.flip(0)).float()).mean()
        return torch.autograd.grad(loss, list(net.parameters()))

    alone = list(Hands(1).map(gradients, range(4)))
    many = Hands(3)
    for _ in range(30):
        for a, b in zip(alone, many.map(gradients, range(4)), strict=True):
            assert all(map(torch.equal, a, b))
    many.close()
