"""The decoder whose code is also the style of every block."""

import pytest
import torch
from torch import nn

from allegory.networks.convnet import Block, ConvDecoder


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def decoder(styled, height=16, width=12):
    torch.manual_seed(0)
    return ConvDecoder(5, 3, height, width, features=4, blocks=1, styled=styled)


def awake(network):
    """The network with blocks that do something: at the start each is the identity."""
    torch.manual_seed(1)
    for module in network.modules():
        if isinstance(module, Block):
            nn.init.normal_(module.leave.weight)
    return network


@pytest.mark.parametrize("size", [(8, 8), (28, 28), (33, 20), (5, 40)])
@pytest.mark.parametrize("styled", [False, True])
def test_any_size(size, styled):
    assert decoder(styled, *size)(normal(2, 5)).shape == (2, 3, *size)


def test_at_the_start_the_style_changes_nothing():
    plain, styled = decoder(False), decoder(True)
    styled.load_state_dict(plain.state_dict(), strict=False)
    assert torch.equal(styled(normal(2, 5)), plain(normal(2, 5)))


@pytest.mark.parametrize("styled", [False, True])
def test_only_a_styled_one_reads_the_code_beside_its_root(styled):
    network = awake(decoder(styled))
    nn.init.zeros_(network.root.weight)
    x = network(normal(2, 5))
    assert torch.allclose(x[0], x[1]) == (not styled)


def test_a_style_of_0_is_none():
    network = awake(decoder(True))
    for module in network.modules():
        if isinstance(module, Block):
            nn.init.zeros_(module.style.weight)
            nn.init.zeros_(module.style.bias)
    plain = awake(decoder(False))
    plain.load_state_dict({k: v for k, v in network.state_dict().items() if "style" not in k})
    torch.testing.assert_close(network(normal(2, 5)), plain(normal(2, 5)))


def test_a_block_scales_and_shifts_its_hidden_channels():
    block = Block(4, 2, style=3)
    nn.init.normal_(block.leave.weight)
    x, style = normal(2, 4, 6, 5), normal(2, 3, seed=1)
    scale, shift = block.style(style).view(2, 2, 2, 1, 1).unbind(1)
    hidden = (1 + scale) * block.enter(nn.functional.silu(x)) + shift
    hidden = block.mix(nn.functional.silu(hidden))
    expected = x + block.leave(nn.functional.silu(hidden))
    torch.testing.assert_close(block(x, style), expected)


def test_a_styled_decoder_keeps_examples_apart():
    network, z = awake(decoder(True)), normal(4, 5)
    torch.testing.assert_close(network(z)[2:3], network(z[2:3]), rtol=1e-4, atol=1e-4)
