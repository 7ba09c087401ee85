"""The decoder, and the generator whose code is also the style of every block."""

import pytest
import torch
from torch import nn

from allegory.networks.convnet import Block, ConvDecoder, ConvGenerator


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def build(kind, height=16, width=12):
    torch.manual_seed(0)
    return kind(5, 3, height, width, features=4, blocks=1)


def awake(network):
    """The network with blocks that do something: at the start each is the identity."""
    torch.manual_seed(1)
    for module in network.modules():
        if isinstance(module, Block):
            nn.init.normal_(module.leave.weight)
    return network


@pytest.mark.parametrize("size", [(8, 8), (28, 28), (33, 20), (5, 40)])
@pytest.mark.parametrize("kind", [ConvDecoder, ConvGenerator])
def test_any_size(size, kind):
    assert build(kind, *size)(normal(2, 5)).shape == (2, 3, *size)


@pytest.mark.parametrize("kind", [ConvDecoder, ConvGenerator])
def test_only_a_generator_reads_the_code_beside_its_root(kind):
    network = awake(build(kind))
    nn.init.zeros_(network.root.weight)
    x = network(normal(2, 5))
    assert torch.allclose(x[0], x[1]) == (kind is ConvDecoder)


def test_a_generator_starts_with_smooth_pictures():
    def roughness(kind):
        x = build(kind, 32, 32)(normal(8, 5))
        return float(x.diff(dim=3).square().mean() / x.var())

    assert roughness(ConvGenerator) < 0.5 * roughness(ConvDecoder)


def test_a_block_scales_and_shifts_its_hidden_channels():
    block = Block(4, 2, style=3)
    nn.init.normal_(block.leave.weight)
    x, style = normal(2, 4, 6, 5), normal(2, 3, seed=1)
    scale, shift = block.style(style).view(2, 2, 2, 1, 1).unbind(1)
    hidden = (1 + scale) * block.enter(nn.functional.silu(x)) + shift
    hidden = block.mix(nn.functional.silu(hidden))
    expected = x + block.leave(nn.functional.silu(hidden))
    torch.testing.assert_close(block(x, style), expected)


def test_a_generator_keeps_examples_apart():
    network, z = awake(build(ConvGenerator)), normal(4, 5)
    torch.testing.assert_close(network(z)[2:3], network(z[2:3]), rtol=1e-4, atol=1e-4)
