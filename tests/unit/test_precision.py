"""Which numbers a loss is computed with, and how they lie in memory."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from allegory.media import Images
from allegory.training.hands import Hands
from allegory.training.precision import attention, autocast, memory_format


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


def test_attention_is_computed_in_float32_on_a_processor():
    q = torch.randn(2, 1, 4, 8, dtype=torch.bfloat16)
    cpu = torch.device("cpu")
    with autocast("bfloat16", cpu), attention("bfloat16", cpu, compiled=False):
        seen = functional.scaled_dot_product_attention(q, q, value=q)
        mixed = functional.linear(q, torch.eye(8))
    expected = functional.scaled_dot_product_attention(*[q.float()] * 3)
    assert torch.equal(seen, expected)
    assert mixed.dtype == torch.bfloat16
    with autocast("bfloat16", cpu), attention("bfloat16", cpu, compiled=True):
        assert functional.scaled_dot_product_attention(q, q, q).dtype == torch.bfloat16


@pytest.mark.parametrize(("groups", "last"), [(8, False), (4, True)])
def test_few_channels_normalised_together_do_not_lie_last(groups, last):
    net = nn.Sequential(nn.Conv2d(1, 64, 3), nn.GroupNorm(groups, 64))
    found = memory_format(Images("L", 8, 8), net, torch.device("cpu"))
    assert (found == torch.channels_last) == last
    assert memory_format(Images("L", 8, 8), net, torch.device("cuda")) == torch.channels_last
