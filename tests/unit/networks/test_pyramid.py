"""What pictures look like in a few hundred numbers: layout, and texture by cell."""

import pytest
import torch

from allegory.media import Images, Vectors
from allegory.networks.pyramid import details
from allegory.objectives.energy import energy_distance

LAYOUT = 8 * 8
"""Values of the layout of a grey picture of 32x32; behind them the fine cells, then the coarse."""


def seen(x):
    channels, height, width = x.shape[1:]
    mode = {1: "L", 3: "RGB", 4: "RGBA"}[channels]
    return details(x, Images(mode, height, width))


def noise(*shape, seed=0):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def stripes(side=32):
    """One pixel bright, one dark."""
    return (1 - 2 * (torch.arange(side) % 2.0)).expand(1, 1, side, side)


def plain(value, side=32):
    return torch.full((1, 1, side, side), value)


@pytest.mark.parametrize(
    ("channels", "height", "width", "numbers"),
    [
        (1, 8, 8, 64),
        (1, 15, 40, 15 * 40),
        (1, 16, 16, 8 * 8 + 16),
        (1, 28, 28, 14 * 14 + 16),
        (3, 32, 32, 3 * (8 * 8 + 2 * 16)),
        (3, 33, 61, 3 * (9 * 16 + 2 * 16)),
        (4, 96, 160, 4 * (12 * 20 + 3 * 16)),
    ],
)
def test_so_many_numbers(channels, height, width, numbers):
    x = noise(3, channels, height, width)
    found = seen(x)
    assert found.shape == (3, numbers)
    torch.testing.assert_close(seen(x[1:2])[0], found[1])


def test_small_pictures_are_their_values():
    x = noise(2, 3, 12, 9)
    assert torch.equal(seen(x), x.flatten(1))


@pytest.mark.parametrize("side", [28, 32, 33])
def test_a_plain_picture_has_a_layout_and_no_texture(side):
    found = seen(plain(0.7, side))
    layout = {28: 14 * 14, 32: 8 * 8, 33: 9 * 9}[side]
    torch.testing.assert_close(found[:, :layout], torch.full((1, layout), 0.7))
    assert found[:, layout:].abs().max() < 1e-6


def test_stripes_have_a_texture_and_no_layout():
    found = seen(stripes())
    assert (found[:, :LAYOUT] == 0).all()
    assert (found[:, LAYOUT : LAYOUT + 16] == 1).all()
    assert (found[:, LAYOUT + 16 :] == 0).all()


def test_the_layout_is_the_picture_made_small():
    x = noise(2, 1, 32, 32)
    small = x.view(2, 8, 4, 8, 4).mean((2, 4))
    torch.testing.assert_close(seen(x)[:, :LAYOUT], small.flatten(1))


def test_texture_tells_where_but_not_the_phase():
    x = stripes()
    torch.testing.assert_close(seen(x.roll(1, 3)), seen(x))
    left = x * (torch.arange(32) < 16)
    cells = seen(left)[0, LAYOUT : LAYOUT + 16].view(4, 4)
    assert (cells[:, :2] == 1).all()
    assert (cells[:, 2:] == 0).all()


def test_light_moves_the_layout_alone():
    x = 0.5 * noise(2, 1, 32, 32)
    before, after = seen(x), seen(x + 0.3)
    torch.testing.assert_close(after[:, :LAYOUT], before[:, :LAYOUT] + 0.3)
    torch.testing.assert_close(after[:, LAYOUT:], before[:, LAYOUT:])


def test_a_negative_has_the_same_texture():
    x = noise(2, 1, 32, 32)
    before, after = seen(x), seen(-x)
    torch.testing.assert_close(after[:, :LAYOUT], -before[:, :LAYOUT])
    torch.testing.assert_close(after[:, LAYOUT:], before[:, LAYOUT:])


def test_contrast_scales_all():
    x = noise(2, 3, 28, 28)
    torch.testing.assert_close(seen(0.25 * x), 0.25 * seen(x))


def test_a_mirrored_picture_has_mirrored_numbers():
    x = noise(2, 1, 32, 32)
    flat, turned = seen(x), seen(x.flip(3))
    for start, side in ((0, 8), (LAYOUT, 4), (LAYOUT + 16, 4)):
        part = slice(start, start + side * side)
        expected = flat[:, part].view(2, side, side).flip(2).flatten(1)
        torch.testing.assert_close(turned[:, part], expected)


@pytest.mark.parametrize("what", ["blurred", "elsewhere", "alike"])
def test_samples_that_look_otherwise_are_apart(what):
    def spots(seed):
        x = 0.4 * noise(40, 1, 32, 32, seed=seed)
        x[..., :16] += 0.5
        return x

    other = spots(1)
    if what == "blurred":
        coarse = torch.nn.functional.avg_pool2d(other, 4)
        other = torch.nn.functional.interpolate(coarse, scale_factor=4.0)
    if what == "elsewhere":
        other = other.flip(3)
    apart = energy_distance(seen(spots(0)), seen(other)).item()
    assert (apart > 0.1) == (what != "alike")


def test_vectors_are_in_deviations():
    x = torch.tensor([[5.0, 0.0], [8.0, -4.0]])
    found = details(x, Vectors((5.0, 2.0), (3.0, 2.0)))
    assert torch.equal(found, torch.tensor([[0.0, -1.0], [1.0, -3.0]]))
