"""The generator of pictures, whose code is also the style of every block."""

import pytest
import torch
from torch import nn

from allegory.networks.convnet import Block, ConvGenerator


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def generator(height=16, width=12):
    torch.manual_seed(0)
    return ConvGenerator(5, 3, height, width, features=4, blocks=1)


def blocks(network):
    return [module for module in network.modules() if isinstance(module, Block)]


def awake(network):
    """The network with blocks that do something: at the start each is the identity."""
    torch.manual_seed(1)
    for block in blocks(network):
        nn.init.normal_(block.leave.weight)
    return network


@pytest.mark.parametrize("size", [(8, 8), (28, 28), (33, 20), (5, 40), (1, 5)])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_any_size(size, channels):
    network = ConvGenerator(5, channels, *size, features=4, blocks=2)
    assert network(normal(2, 5)).shape == (2, channels, *size)


def test_the_code_is_the_style_of_every_block():
    z = normal(2, 5)
    for i in range(len(blocks(generator()))):
        network = generator()
        nn.init.zeros_(network.root.weight)
        assert torch.equal(*network(z))
        nn.init.normal_(blocks(network)[i].leave.weight)
        assert not torch.allclose(*network(z))


def test_at_the_start_blocks_are_the_identity():
    block = Block(4, 2, style=3)
    x = normal(2, 4, 6, 5)
    assert torch.equal(block(x, normal(2, 3)), x + block.leave.bias[:, None, None])


def test_a_block_scales_and_shifts_its_hidden_channels():
    block = Block(4, 2, style=3)
    nn.init.normal_(block.leave.weight)
    x, style = normal(2, 4, 6, 5), normal(2, 3, seed=1)
    scale, shift = block.style(style).view(2, 2, 2, 1, 1).unbind(1)
    hidden = (1 + scale) * block.enter(nn.functional.silu(x)) + shift
    hidden = block.mix(nn.functional.silu(hidden))
    expected = x + block.leave(nn.functional.silu(hidden))
    torch.testing.assert_close(block(x, style), expected)


def test_a_style_of_0_is_none():
    styled, plain = Block(4, 2, style=3), Block(4, 2)
    plain.load_state_dict(styled.state_dict(), strict=False)
    for block in (styled, plain):
        nn.init.ones_(block.leave.weight)
    nn.init.zeros_(styled.style.bias)
    x = normal(2, 4, 6, 5)
    torch.testing.assert_close(styled(x, torch.zeros(2, 3)), plain(x))


def test_no_checkerboard_is_built_in():
    # what is the same all along starts as the same all along, but for the ends
    network = awake(generator(32, 256))
    bias = torch.linspace(-1, 1, network.shape[0])[:, None, None].expand(network.shape)
    network.root.weight.data.zero_()
    network.root.bias.data.copy_(bias.flatten())
    middle = network(normal(2, 5))[..., 112:144]
    assert middle.std() > 0.1
    torch.testing.assert_close(middle, middle[..., :1].expand_as(middle), rtol=0, atol=1e-4)


def test_examples_do_not_meet():
    network, z = awake(generator()), normal(4, 5)
    torch.testing.assert_close(network(z)[2:3], network(z[2:3]), rtol=1e-4, atol=1e-4)


def test_the_layout_in_memory_changes_nothing():
    network, z = awake(generator()), normal(4, 5)
    x = network(z)
    again = network.to(memory_format=torch.channels_last)(z)
    assert again.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(again, x, rtol=1e-4, atol=1e-4)


def test_every_size_adds_to_the_picture():
    network, z = awake(generator()), normal(4, 5)
    x = network(z)
    for leaf in network.leaves:
        kept = leaf.weight.detach().clone()
        nn.init.zeros_(leaf.weight)
        assert not torch.allclose(network(z), x)
        leaf.weight.data.copy_(kept)
    assert torch.equal(network(z), x)
