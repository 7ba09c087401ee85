"""Networks of translators: any size in and the same out, and how far critics see."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from allegory.networks.translating import PatchCritic, ResidualTranslator, UNet, reach


def translators():
    torch.manual_seed(0)
    return [UNet(1, 3, features=4, levels=3), ResidualTranslator(1, 3, features=4, blocks=1)]


@settings(max_examples=15)
@given(st.integers(1, 37), st.integers(1, 37))
def test_any_size_comes_back_at_its_size(height, width):
    for net in translators():
        y = net(torch.zeros(2, 1, height, width))
        assert y.shape == (2, 3, height, width)
        assert y.isfinite().all()


def test_each_picture_is_translated_by_itself():
    x = torch.rand(3, 1, 12, 9) * 2 - 1
    for net in translators():
        alone = torch.cat([net(one) for one in x.split(1)])
        torch.testing.assert_close(net(x), alone)


def test_noise_is_only_where_it_is_asked_for():
    net, x = translators()[0], torch.rand(1, 1, 16, 16)
    assert torch.equal(net(x), net(x))

    def uniform(*shape):
        return torch.rand(1, *shape)

    assert not torch.equal(net(x, uniform), net(x, uniform))


@pytest.mark.parametrize(("levels", "pixels"), [(1, 16), (2, 34), (3, 70)])
def test_a_score_is_of_a_patch(levels, pixels):
    critic = PatchCritic(1, features=2, levels=levels)
    critic.norms = torch.nn.ModuleList(torch.nn.Identity() for _ in critic.norms)  # these see all
    x = torch.rand(1, 1, 160, 160).requires_grad_()
    scores = critic(x)
    scores[0, scores.shape[1] // 2, scores.shape[2] // 2].backward()
    rows = x.grad[0, 0].abs().sum(1).nonzero().ravel()
    assert int(rows[-1] - rows[0]) + 1 == pixels


def test_critics_of_larger_pictures_see_further():
    assert [reach(side, side) for side in (16, 32, 256)] == [1, 2, 3]
    assert reach(512, 40) == reach(40, 512) == 2
