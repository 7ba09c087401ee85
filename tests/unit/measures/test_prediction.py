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
    y = torch.tensor([1.0, math.nan, 3.0, 5.0])
    found = r_squared(y, torch.tensor([1.0, 100.0, 3.0, 4.0]))
    assert found.n == 3
    assert found.r2 == pytest.approx(1 - 1 / 8)
    assert r_squared(torch.ones(5), torch.zeros(5)) is None
