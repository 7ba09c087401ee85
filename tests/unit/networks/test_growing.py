"""Networks that grow."""

from itertools import pairwise

import pytest
import torch

from allegory.networks.equalised import EqualisedConv, EqualisedLinear
from allegory.networks.growing import (
    GrowingCritic,
    GrowingGenerator,
    coarsen,
    deviations,
    enlarge,
    level_at,
    pixel_norm,
    shrink,
    stages,
)

SIZES = [(28, 28), (32, 32), (64, 64), (96, 96), (20, 12), (15, 15)]
LEVELS = [0, 0.3, 1, 1.7, 2, 2.5, 3]


def generator(height=32, width=32, channels=3):
    torch.manual_seed(0)
    return GrowingGenerator(5, channels, height, width, features=4)


def critic(height=32, width=32, channels=3, **options):
    torch.manual_seed(1)
    return GrowingCritic(channels, height, width, 6, features=4, **options)


def normal(*shape, seed=2):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(
    ("size", "sides"),
    [
        ((28, 28), [(7, 7), (14, 14), (28, 28)]),
        ((32, 32), [(4, 4), (8, 8), (16, 16), (32, 32)]),
        ((96, 96), [(6, 6), (12, 12), (24, 24), (48, 48), (96, 96)]),
        ((20, 12), [(10, 6), (20, 12)]),
        ((15, 15), [(15, 15)]),
    ],
)
def test_stages(size, sides):
    assert stages(*size) == sides


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_any_size_at_any_level(size, channels):
    g, d = generator(*size, channels), critic(*size, channels)
    assert g.levels == d.levels == len(stages(*size)) - 1
    for level in {0, g.levels / 2, g.levels / 3, g.levels}:
        x = g(normal(3, 5), level)
        assert x.shape == (3, channels, *size)
        y = d(x, level)
        assert y.shape == (3, 6)
        assert torch.isfinite(y).all()


def test_pictures_are_blocks_where_stages_are_not_in_play():
    g = generator()
    for level in LEVELS:
        x = g(normal(4, 5), level)
        finer = 3 - int(-(-level // 1))
        torch.testing.assert_close(enlarge(shrink(x, finer), finer), x)
        if finer < 3:
            assert not torch.allclose(enlarge(shrink(x, finer + 1), finer + 1), x, atol=1e-3)


def test_a_stage_fades_in_along_a_line():
    g, z = generator(), normal(4, 5)
    old, new = g(z, 1.0), g(z, 2.0)
    torch.testing.assert_close(g(z, 1.25), 0.75 * old + 0.25 * new)


@pytest.mark.parametrize("level", [1, 2, 3])
def test_levels_join(level):
    g, d, z, x = generator(), critic(), normal(4, 5), normal(4, 3, 32, 32)
    for near in (level - 1e-5, min(level + 1e-5, 3)):
        torch.testing.assert_close(g(z, near), g(z, level), rtol=0, atol=1e-3)
        torch.testing.assert_close(d(x, near), d(x, level), rtol=0, atol=1e-3)
        torch.testing.assert_close(coarsen(x, near), coarsen(x, level), rtol=0, atol=1e-3)


def test_a_critic_ignores_finer_detail():
    d, x = critic(), normal(4, 3, 32, 32)
    for level in (0, 1, 2):
        finer = 3 - level
        detail = normal(4, 3, 32, 32, seed=3)
        detail = detail - enlarge(shrink(detail, finer), finer)
        torch.testing.assert_close(d(x + detail, level), d(x, level), rtol=0, atol=1e-4)
        assert (d(x + detail, level + 0.5) - d(x, level + 0.5)).abs().max() > 1e-2


def test_coarse_pictures():
    x = normal(2, 3, 32, 32)
    torch.testing.assert_close(coarsen(x, 3), x, rtol=0, atol=0)
    for level in LEVELS:
        y = coarsen(x, level)
        torch.testing.assert_close(shrink(y, 3), shrink(x, 3))
        # what is averaged away stays away
        torch.testing.assert_close(coarsen(y, int(level)), coarsen(x, int(level)))
    half = coarsen(x, 1.5)
    torch.testing.assert_close(half, (coarsen(x, 1) + coarsen(x, 2)) / 2)


def test_equalised_layers_keep_the_variance():
    torch.manual_seed(0)
    linear, conv = EqualisedLinear(300, 400, gain=1), EqualisedConv(30, 40, 3, gain=1)
    assert abs(linear(normal(200, 300)).var() - 1) < 0.05
    inside = conv(normal(20, 30, 12, 12))[:, :, 1:-1, 1:-1]
    assert abs(inside.var() - 1) < 0.05
    for layer in (linear, conv):
        assert abs(layer.weight.std() - 1) < 0.05
    assert abs(EqualisedLinear(300, 400)(normal(200, 300)).var() - 2) < 0.1


def test_pixel_norm():
    x = 7 * normal(3, 5, 4, 4)
    torch.testing.assert_close(pixel_norm(x).square().mean(1), torch.ones(3, 4, 4))
    torch.testing.assert_close(pixel_norm(3 * x), pixel_norm(x))


def test_deviation_of_a_batch():
    same = normal(1, 3, 4, 4).expand(8, -1, -1, -1)
    assert deviations(same).max() < 2e-4
    x = 3.0 + 2.0 * torch.tensor([-1.0, 1.0, 1.0, -1.0]).view(-1, 1, 1, 1).expand(-1, 5, 4, 6)
    torch.testing.assert_close(deviations(x), torch.full((4, 1, 4, 6), 2.0))
    x = normal(8, 3, 4, 4)
    torch.testing.assert_close(deviations(x)[:4], deviations(x[:4]))
    torch.testing.assert_close(deviations(x[:6])[3:], deviations(x[3:6]))
    # no group of 2 to 4 divides 5
    assert deviations(x[:5]).max() < 2e-4


def test_without_deviation_examples_do_not_meet():
    x = normal(4, 3, 32, 32)
    alone = critic(deviation=False)
    torch.testing.assert_close(alone(x, 1.5)[:1], alone(x[:1], 1.5), rtol=0, atol=1e-5)
    together = critic()
    assert (together(x, 1.5)[:1] - together(x[:1], 1.5)).abs().max() > 1e-3


@pytest.mark.parametrize("level", LEVELS)
def test_only_stages_in_play_get_gradients(level):
    stage, alpha = int(level), level % 1
    leaves = {stage, stage + 1} if alpha else {stage}
    g, d = generator(), critic()
    d(g(normal(4, 5), level), level).sum().backward()
    for network, edges in ((g, g.leaves), (d, d.roots)):
        for i, edge in enumerate(edges):
            assert all((p.grad is not None) == (i in leaves) for p in edge.parameters())
        for i, block in enumerate(network.blocks):
            assert all((p.grad is not None) == (i < level) for p in block.parameters())


@pytest.mark.parametrize("level", [0, 1.5, 3])
def test_the_gradient_has_a_gradient(level):
    d = critic().double()
    x = normal(4, 3, 32, 32).double().requires_grad_()
    weight = d.mix.weight

    def penalty():
        slope = torch.autograd.grad(d(x, level).sum(), x, create_graph=True)[0]
        return slope.square().sum() / 4

    found = torch.autograd.grad(penalty(), weight)[0]
    direction = normal(*weight.shape, seed=5).double()
    with torch.no_grad():
        weight += 1e-5 * direction
    above = penalty().detach()
    with torch.no_grad():
        weight -= 2e-5 * direction
    numeric = (above - penalty().detach()) / 2e-5
    # the deviation of the batch is computed in float32
    torch.testing.assert_close((found * direction).sum(), numeric, rtol=1e-3, atol=1e-6)


def test_the_layout_in_memory_changes_nothing():
    z, level = normal(4, 5), 1.5
    g, d = generator(), critic()
    x = g(z, level)
    y = d(x, level)
    g, d = (network.to(memory_format=torch.channels_last) for network in (g, d))
    last = g(z, level)
    assert last.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(last, x, rtol=0, atol=1e-5)
    torch.testing.assert_close(d(last, level), y, rtol=0, atol=1e-4)


def test_bfloat16():
    z, g, d = normal(4, 5), generator(), critic()
    x = g(z, 1.5)
    with torch.autocast("cpu", torch.bfloat16):
        y = g(z, 1.5)
        out = d(y, 1.5)
    assert y.dtype == out.dtype == torch.bfloat16
    torch.testing.assert_close(y.float(), x, rtol=0, atol=0.1)
    torch.testing.assert_close(out.float(), d(x, 1.5), rtol=0, atol=0.2)
    out.float().sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in g.mix.parameters())


def test_level_at():
    seen = [level_at(images, 3, each=10) for images in range(100)]
    assert seen[:11] == [0] * 11
    assert seen[15] == 0.5
    assert seen[20:31] == [1] * 11
    assert seen[35] == 1.5
    assert seen[60:] == [3] * 40
    assert all(a <= b < a + 0.11 for a, b in pairwise(seen))
    assert all(level_at(images, 0, each=10) == 0 for images in range(50))
