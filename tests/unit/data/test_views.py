"""Random views of pictures."""

import torch

from allegory.data.views import CHANCES, HOLE, JITTERS, MOVE, jitter, view


def chances(n, **fixed):
    """Numbers in the middle, which leave a picture alone but for the crop, some of them fixed."""
    u = torch.full((n, CHANCES), 0.5)
    u[:, 0] = 1.0  # the whole picture
    for place, value in fixed.items():
        u[:, int(place[1:])] = value
    return u


def drawn(n=3, channels=3, side=20, seed=0):
    rng = torch.Generator().manual_seed(seed)
    return torch.rand(n, channels, side, side, generator=rng) * 1.2 - 0.6


def test_in_the_middle_of_every_chance_only_the_hole_is_new():
    x = drawn(channels=1)
    y = view(x, chances(3))
    hole = y == 0
    assert abs(hole[0].float().mean() - HOLE**2) < 0.04
    torch.testing.assert_close(y[~hole], x[~hole], rtol=0, atol=1e-5)
    assert hole[0, 0, 10, 10]


def test_each_chance_does_its_own():
    x = drawn()
    outside = (slice(None), slice(None), slice(0, 4))
    plain = view(x, chances(3))[outside]
    bright = view(x, chances(3, u6=1.0))[outside]
    torch.testing.assert_close(bright - plain, torch.full_like(plain, 0.2))
    contrast = view(x, chances(3, u5=1.0))[outside]
    torch.testing.assert_close(contrast, (1.3 * plain).clamp(-1, 1))
    red = view(x, chances(3, u7=1.0))[outside] - plain
    torch.testing.assert_close(red[:, 0], torch.full_like(red[:, 0], 0.1))
    assert red[:, 1:].abs().max() < 1e-6
    part = view(x, chances(3, u0=0.0))
    assert not torch.allclose(part, view(x, chances(3)), atol=0.1)


def test_a_view_is_of_its_own_picture_and_in_range():
    x, u = drawn(5) * 2, torch.rand(5, CHANCES, generator=torch.Generator().manual_seed(1))
    y = view(x, u)
    assert y.shape == x.shape
    assert y.abs().max() <= 1
    torch.testing.assert_close(view(x[2:3], u[2:3]), y[2:3])
    assert view(x[:, :1], u).shape == (5, 1, 20, 20)


def test_a_jitter_in_the_middle_changes_nothing_and_moves_by_its_share():
    x, u = drawn(side=25), torch.full((3, JITTERS), 0.5)
    torch.testing.assert_close(jitter(x, u), x, rtol=0, atol=1e-5)
    u[:, 0] = 1.0
    by = round(MOVE * 25)
    torch.testing.assert_close(jitter(x, u)[..., :-by], x[..., by:], rtol=0, atol=1e-4)


def test_a_jitter_is_of_its_own_picture():
    x, u = drawn(5), torch.rand(5, JITTERS, generator=torch.Generator().manual_seed(1))
    y = jitter(x, u)
    assert not torch.allclose(y, x, atol=0.1)
    torch.testing.assert_close(jitter(x[2:3], u[2:3]), y[2:3])
