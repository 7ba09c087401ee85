"""Mirrored pictures."""

import numpy as np
import torch

from allegory.data.augment import flip


def mirrored(rows, seed, step):
    x = torch.arange(2.0).expand(len(rows), 3, 4, 2)
    return flip(x, rows, seed, step)[:, 0, 0, 0].bool()


def test_some_half_of_the_pictures_is_mirrored_whole():
    x = torch.randn(64, 3, 5, 6)
    y = flip(x, np.arange(64), 0, 0)
    turned = mirrored(np.arange(64), 0, 0)
    assert torch.equal(y[turned], x[turned].flip(-1))
    assert torch.equal(y[~turned], x[~turned])
    share = mirrored(np.arange(20_000), 5, 7).float().mean()
    assert abs(share - 0.5) < 0.015


def test_the_result_does_not_depend_on_how_the_batch_is_cut():
    rows = np.random.default_rng(0).permutation(100)
    whole = mirrored(rows, 1, 2)
    parts = torch.cat([mirrored(rows[:33], 1, 2), mirrored(torch.from_numpy(rows[33:]), 1, 2)])
    assert torch.equal(whole, parts)


def test_seed_step_and_row_all_matter():
    rows = np.arange(4000)
    base = mirrored(rows, 0, 0)
    for other in (mirrored(rows, 1, 0), mirrored(rows, 0, 1), mirrored(rows + 1, 0, 0)):
        assert 0.45 < (base == other).float().mean() < 0.55
    assert 0.45 < (mirrored(rows, 0, 1)[:-1] == mirrored(rows, 0, 0)[1:]).float().mean() < 0.55


def test_memory_stays_channels_last():
    x = torch.randn(8, 3, 4, 4).contiguous(memory_format=torch.channels_last)
    assert flip(x, np.arange(8), 0, 0).is_contiguous(memory_format=torch.channels_last)
