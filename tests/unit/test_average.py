"""The averaged copy: its closed form, and that it never touches what it averages."""

import pytest
import torch
from torch import nn

from allegory.training.average import Average


def test_the_closed_form_after_n_steps():
    model = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(model.weight)
    average = Average(model, half_life=100)
    seen, expected = 100_000, 0.0
    for step in range(30):
        nn.init.constant_(model.weight, float(step))
        average.update(seen, 10)
        expected += (1 - 0.5 ** (10 / 100)) * (step - expected)
        seen += 10
    assert average.model.weight.item() == pytest.approx(expected, rel=1e-5)


def test_after_one_half_life_half_of_a_change_is_taken_in():
    model = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(model.weight)
    average = Average(model, half_life=64)
    nn.init.ones_(model.weight)
    for _ in range(8):
        average.update(1_000_000, 8)
    assert average.model.weight.item() == pytest.approx(0.5, rel=1e-5)


def test_while_young_it_follows_closely():
    model = nn.Linear(1, 1, bias=False)
    average = Average(model, half_life=1_000_000)
    nn.init.constant_(model.weight, 7.0)
    average.update(0, 64)
    assert average.model.weight.item() == 7.0


def test_the_weights_themselves_are_never_touched():
    model = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3))
    before = {k: v.clone() for k, v in model.state_dict().items()}
    average = Average(model, half_life=10)
    average.update(100, 8)
    average.model(torch.randn(4, 3))
    assert all(torch.equal(before[k], v) for k, v in model.state_dict().items())
    assert not any(p.requires_grad for p in average.model.parameters())


def test_buffers_are_copied():
    model = nn.BatchNorm1d(3)
    average = Average(model, half_life=1000)
    model.running_mean.fill_(5.0)
    average.update(100, 8)
    assert torch.equal(average.model.running_mean, model.running_mean)
