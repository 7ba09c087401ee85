"""Deviates, thresholds and plain statistics of outlier detection."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from allegory.measures.outliers import (
    compressed_nats,
    detail_energy,
    deviates,
    energies,
    fit_states,
    more_than_usual,
    p_values,
    spread_of,
    threshold,
)

scores = st.lists(st.integers(0, 9), min_size=2, max_size=30)
alphas = st.floats(0.01, 0.99)


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


@given(scores, alphas)
def test_of_normal_examples_no_more_than_asked_are_outliers(values, alpha):
    """Whichever of them is the new one, the others calibrate: ties and all."""
    s = torch.tensor(values, dtype=torch.float64)
    alarms = 0
    for i in range(len(s)):
        others = torch.cat([s[:i], s[i + 1 :]])
        alarms += int(p_values(s[i : i + 1], others) <= alpha)
    assert alarms <= alpha * len(s) + 1e-9


@given(scores, scores, alphas)
def test_beyond_the_threshold_is_where_p_is_small(calibration, new, alpha):
    c, s = (torch.tensor(v, dtype=torch.float64) for v in (calibration, new))
    p = p_values(s, c)
    assert ((p > 0) & (p <= 1)).all()
    assert torch.equal(s > threshold(c, alpha), p <= alpha + 1e-12)


def test_too_few_normal_examples_can_not_tell_so_rare_a_thing():
    c = torch.arange(18.0)
    assert threshold(c, 0.05) == math.inf
    assert threshold(torch.arange(19.0), 0.05) == 18.0


def test_normal_examples_are_seldom_said_to_be_unusual_and_twice_as_many_as_usual_are():
    """Of a threshold that 100 examples set, the share beyond it is often twice what was asked."""
    draws, told = rng(), 0
    for _ in range(300):
        calibration, new = torch.randn(100, generator=draws), torch.randn(5000, generator=draws)
        flagged = int((new.double() > threshold(calibration, 0.01)).sum())
        told += more_than_usual(flagged, 5000, 100, 0.01)
    assert told <= 300 * 0.02
    assert more_than_usual(100, 1000, 2500, 0.05)
    assert not more_than_usual(55, 1000, 2500, 0.05)


@pytest.mark.parametrize("k", [1, 2, 5])
def test_normal_statistics_have_normal_deviates_and_strange_ones_stand_out_on_both_sides(k):
    x = torch.randn(4000, k, generator=rng(), dtype=torch.float64)
    x = x @ torch.randn(k, k, generator=rng(1), dtype=torch.float64) + 5
    states = fit_states(x)
    found = states.deviate(x)
    assert found.mean().item() == pytest.approx(0, abs=0.05)
    assert found.std().item() == pytest.approx(1, abs=0.08)
    away = 8 * x.std(0)
    assert states.deviate((x.mean(0) + away)[None]) > found.max()
    assert states.deviate((x.mean(0) - away)[None]) > found.max()


def test_statistics_that_do_not_vary_are_no_fault():
    states = fit_states(torch.ones(10, 2))
    assert torch.isfinite(states.deviate(torch.ones(3, 2))).all()
    assert (states.deviate(torch.zeros(1, 2)) > states.deviate(torch.ones(1, 2))).all()


def test_the_spread_ignores_a_few_far_values():
    x = torch.randn(2001, generator=rng(), dtype=torch.float64) * 3 + 7
    x[:20] = 1e6
    centre, spread = spread_of(x)
    assert centre == pytest.approx(7, abs=0.3)
    assert spread == pytest.approx(3, rel=0.1)
    assert spread_of(torch.full((5,), 2.0)) == (2.0, 1.0)
    assert spread_of(torch.tensor([0.0, 0, 0, 4]))[1] > 0


def test_only_what_lies_above_counts():
    assert deviates(torch.tensor([1.0, 3.0, 7.0]), 3.0, 2.0).tolist() == [0, 0, 2]


def test_energies_of_a_chequered_and_of_an_even_difference():
    even = torch.full((1, 1, 8, 8), 0.5)
    chequered = even * (-1.0) ** torch.arange(8) * (-1.0) ** torch.arange(8)[:, None]
    expected = math.log(0.25)
    assert energies(even, (1, 2))[0].tolist() == pytest.approx([expected, expected], abs=1e-6)
    fine, coarse = energies(chequered, (1, 2))[0].tolist()
    assert fine == pytest.approx(expected, abs=1e-6)
    assert coarse < -18


def test_noise_has_more_detail_than_a_slope_and_that_more_than_nothing():
    noise = torch.rand(1, 3, 16, 16, generator=rng()) * 2 - 1
    slope = torch.linspace(-1, 1, 16).expand(1, 3, 16, 16)
    plain = torch.zeros(1, 3, 16, 16)
    fine, coarse = detail_energy(torch.cat([noise, slope, plain]), (1, 2)).T
    assert fine[0] > fine[1] > fine[2]
    assert coarse[0] > coarse[1] > coarse[2]
    # of a slope, neighbours of halved pictures differ by twice as much
    assert (coarse[1] - fine[1]).item() == pytest.approx(math.log(4), abs=0.1)
    assert fine[1].item() == pytest.approx(math.log(15 / 16 * (2 / 15) ** 2), abs=1e-4)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_noise_is_longer_than_a_plain_picture(channels):
    noise = torch.rand(1, channels, 16, 16, generator=rng()) * 2 - 1
    plain = torch.zeros(1, channels, 16, 16)
    long, short = compressed_nats(torch.cat([noise, plain]))
    assert long > 256 * channels * 8 * math.log(2) * 0.9 > short
