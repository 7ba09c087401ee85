"""Changes that gradients pass through."""

import pytest
import torch

from allegory.networks.augment import CHANCES, HOLE, diff_augment

CHANGES = {"brightness": 0, "saturation": 1, "contrast": 2, "translation": 3, "hole": 4}


def pictures(n=6, channels=3, height=16, width=24, seed=0):
    rng = torch.Generator().manual_seed(seed)
    return torch.rand(n, channels, height, width, generator=rng) * 2 - 1


def uniform(n=6, seed=1):
    return torch.rand(n, CHANCES, generator=torch.Generator().manual_seed(seed))


def only(change, n=6, **fixed):
    """Numbers for which only one change is applied at strength 0.5, some of them fixed."""
    u = uniform(n)
    u[:, :5] = 0.9
    u[:, CHANGES[change]] = 0.1
    for place, value in fixed.items():
        u[:, int(place[1:])] = value
    return u


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_strength_0_is_the_identity(channels, dtype):
    x = pictures(channels=channels).to(dtype)
    y = diff_augment(x, uniform(), 0.0)
    assert torch.equal(y, x)
    for strength in (1.0, torch.tensor(1.0)):
        y = diff_augment(x, uniform(), strength)
        assert y.dtype == dtype
        assert y.shape == x.shape
        assert not torch.equal(y, x)


def test_a_result_is_of_its_own_picture_and_numbers():
    x, u, strength = pictures(), uniform(), torch.tensor(0.6)
    y = diff_augment(x, u, strength)
    order = torch.tensor([3, 0, 5, 1, 4, 2])
    torch.testing.assert_close(diff_augment(x[order], u[order], strength), y[order])
    torch.testing.assert_close(diff_augment(x[2:3], u[2:3], strength), y[2:3])


def test_translation():
    x = pictures()
    # at most 2 of 16 rows and 3 of 24 columns
    still = diff_augment(x, only("translation", u8=0.5, u9=0.5), 0.5)
    assert torch.equal(still, x)
    moved = diff_augment(x, only("translation", u8=0.99, u9=0.0), 0.5)
    assert torch.equal(moved[:, :, 2:, :-3], x[:, :, :-2, 3:])
    assert moved[:, :, :2].abs().max() == moved[:, :, :, -3:].abs().max() == 0


def test_all_translations_are_equally_probable():
    n = 2000
    x = torch.zeros(n, 1, 16, 16)
    x[:, :, 8, 8] = 1.0
    counts = diff_augment(x, only("translation", n=n), 0.5).sum((0, 1))
    assert counts.sum() == n
    assert (counts[6:11, 6:11] > n / 25 / 2).all()
    assert counts[6:11, 6:11].sum() == n


def test_brightness():
    x = pictures()
    u = only("brightness")
    shift = (u[:, 5] - 0.5)[:, None, None, None].expand_as(x)
    torch.testing.assert_close(diff_augment(x, u, 0.5) - x, shift)


def test_saturation_keeps_grey():
    x = pictures()
    assert (diff_augment(x, only("saturation", u6=0.8), 0.5) - x).abs().max() > 0.1
    grey = x[:, :1].expand(-1, 3, -1, -1)
    torch.testing.assert_close(diff_augment(grey, only("saturation", u6=0.8), 0.5), grey)
    drained = diff_augment(x, only("saturation", u6=0.0), 0.5)
    mean = x.mean(1, keepdim=True).expand_as(x)
    torch.testing.assert_close(drained, mean)
    one = pictures(channels=1)
    assert torch.equal(diff_augment(one, only("saturation", u6=0.0), 0.5), one)


def test_contrast_keeps_the_mean():
    x = pictures()
    y = diff_augment(x, only("contrast", u7=0.0), 0.5)
    torch.testing.assert_close(y.mean((1, 2, 3)), x.mean((1, 2, 3)))
    torch.testing.assert_close(y.std((1, 2, 3)), 0.5 * x.std((1, 2, 3)))


def test_the_hole():
    x = pictures() + 2
    y = diff_augment(x, only("hole", u10=0.5, u11=0.5), 0.5)
    hole = y == 0
    assert hole.float().mean() == HOLE**2
    assert hole[:, :, 4:12, 6:18].all()
    assert torch.equal(y[~hole], x[~hole])


@pytest.mark.parametrize("strength", [0.0, 0.2, 0.7, 1.0])
def test_strength_is_the_share_changed(strength):
    n = 1000
    u = uniform(n)
    u[:, 8:10] = 0.99  # a translation that can't be none
    x = pictures(1, height=8, width=8).expand(n, -1, -1, -1)
    for change in range(5):
        others = u.clone()
        others[:, [i for i in range(5) if i != change]] = 1.0
        changed = (diff_augment(x, others, strength * 0.999) != x).flatten(1).any(1)
        assert abs(changed.float().mean() - strength) < 0.05
    changed = (diff_augment(x, u, strength) != x).flatten(1).any(1)
    assert abs(changed.float().mean() - (1 - (1 - strength) ** 5)) < 0.05


def test_gradients_and_theirs():
    x, u = pictures(2, height=4, width=6).double().requires_grad_(), uniform(2).double()
    assert torch.autograd.gradcheck(lambda x: diff_augment(x, u), x)
    assert torch.autograd.gradgradcheck(lambda x: diff_augment(x, u).square(), x)


def test_the_layout_in_memory_changes_nothing():
    x, u = pictures(), uniform()
    last = x.contiguous(memory_format=torch.channels_last)
    y = diff_augment(last, u)
    assert y.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(y, diff_augment(x, u))
