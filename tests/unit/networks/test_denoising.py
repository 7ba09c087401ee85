"""Networks that denoise."""

import pytest
import torch
from torch import nn

from allegory.networks.denoising import Attention, DenoisingMLP, DenoisingUNet


def moved(net):
    """The network with weights that are not 0."""
    for parameter in net.parameters():
        nn.init.normal_(parameter, std=0.1)
    return net.eval()


@pytest.mark.parametrize("size", [(8, 8), (28, 28), (33, 61), (1, 5), (12, 9)])
@pytest.mark.parametrize("channels", [1, 4])
def test_any_size_and_channel_count(size, channels):
    net = moved(DenoisingUNet(channels, *size, features=8, blocks=1))
    x = torch.randn(2, channels, *size)
    assert net(x, torch.zeros(2)).shape == x.shape


def test_it_starts_at_zero():
    x, level = torch.randn(3, 1, 8, 8), torch.zeros(3)
    assert not DenoisingUNet(1, 8, 8, features=8, blocks=1)(x, level).any()
    assert not DenoisingMLP(2, 16, 16)(torch.randn(3, 2), level).any()


@pytest.mark.parametrize("kind", ["pictures", "vectors"])
def test_noise_and_class_are_told(kind):
    if kind == "pictures":
        net, x = (
            moved(DenoisingUNet(1, 8, 8, features=8, blocks=1, classes=2)),
            torch.randn(4, 1, 8, 8),
        )
    else:
        net, x = moved(DenoisingMLP(3, 16, 16, classes=2)), torch.randn(4, 3)
    level, labels = torch.tensor([-1.0, 0.0, 0.5, 1.0]), torch.tensor([0, 1, -1, 0])
    out = net(x, level, labels)
    assert not torch.equal(out, net(x, level + 0.5, labels))
    assert not torch.equal(out, net(x, level, 1 - labels))
    torch.testing.assert_close(net(x, level), net(x, level, torch.full((4,), -1)))
    # each row depends on its own example only
    torch.testing.assert_close(
        net(x[1:2], level[1:2], labels[1:2])[0], out[1], rtol=1e-4, atol=1e-5
    )


def test_attention_reaches_every_position():
    net = moved(Attention(32))
    x = torch.randn(1, 32, 4, 4)
    other = x.clone()
    other[:, :, 0, 0] += 1.0
    assert ((net(x) - net(other)).abs().sum(1) > 0).all()
