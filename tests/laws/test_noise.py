"""Noise and schedules are functions of the clock alone."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from allegory.training.noise import Noise, fold
from allegory.training.schedule import passes, ramp, rate

seeds = st.integers(0, 2**63 - 1)


@given(seeds, st.integers(1, 20), st.data())
def test_however_a_batch_is_cut_each_example_gets_the_same_noise(seed, batch, data):
    cut = data.draw(st.integers(0, batch))
    whole, left, right = (
        Noise(seed, batch=batch, rows=rows)
        for rows in (slice(None), slice(0, cut), slice(cut, batch))
    )
    for draw in ("normal", "uniform", "normal"):
        expected = getattr(whole, draw)(3)
        assert torch.equal(torch.cat([getattr(n, draw)(3) for n in (left, right)]), expected)


@given(seeds, seeds)
def test_seeds_fold_without_meeting(a, b):
    assert 0 <= fold(a, "x", b) < 2**63
    assert (fold(a, "x", b) == fold(b, "x", a)) == (a == b)
    assert fold(a, "x") != fold(a, "y")
    assert fold(1, 23) != fold(12, 3)


@given(st.integers(1, 10**8), st.integers(0, 10**8))
def test_the_rate_stays_in_its_range(total, images):
    assert 0.0 <= rate(images, total, total // 20) <= 1.0
    assert 0.0 <= ramp(images, total) <= 1.0


def test_the_rate_rises_then_falls_to_nothing():
    rates = [rate(i, 1000, 100) for i in range(1001)]
    assert rates[:100] == sorted(rates[:100])
    assert rates[100] == max(rates) == 1.0
    assert rates[100:] == sorted(rates[100:], reverse=True)
    assert rates[-1] < 1e-12


@given(st.integers(1, 50), st.integers(1, 200), st.integers(1, 300))
def test_what_is_due_falls_due_as_often_as_it_should(batch, every, steps):
    due = sum(passes(i * batch, (i + 1) * batch, every) for i in range(steps))
    assert due == min(steps, steps * batch // every) or batch > every
