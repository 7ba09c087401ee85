"""How much of a quantity is read."""

import math

import pytest
import torch

from allegory.measures.prediction import r_squared


def test_known_answers():
    y = torch.arange(40.0)
    assert r_squared(y, y).r2 == 1
    mean = r_squared(y, torch.full_like(y, y.mean().item()))
    assert mean.r2 == pytest.approx(0)
    assert mean.rmse == pytest.approx(y.double().std(correction=0).item())
    off = r_squared(y, y + 3)
    assert off.r2 == pytest.approx(1 - 9 / y.double().var(correction=0).item())
    assert off.low < off.r2 < off.high <= 1


def test_what_is_missing_is_left_out_and_what_does_not_vary_has_no_figure():
    y = torch.tensor([1.0, math.nan, 3.0, 5.0, 3.0])
    found = r_squared(y, torch.tensor([1.0, 100.0, 3.0, 4.0, 3.0]))
    assert found.n == 4
    assert found.r2 == pytest.approx(1 - 1 / 8)
    assert math.isfinite(found.low)
    assert r_squared(y[:2], y[:2]) is None
    assert r_squared(torch.ones(5), torch.zeros(5)) is None


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    rng = torch.Generator().manual_seed(0)
    held = 0
    for _ in range(200):
        y = torch.randn(200, generator=rng)
        found = r_squared(y, y + 0.5 * torch.randn(200, generator=rng))
        held += found.low < 0.75 < found.high
    assert 180 <= held <= 199
