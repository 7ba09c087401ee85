"""Means over seeds and their t-intervals, against tables and coverage."""

import numpy as np
import pytest

from allegory.measures.replicates import Replicates, replicates


def test_the_interval_of_a_textbook():
    # t(0.975, 4) = 2.776, s = sqrt(2.5): 3 +- 2.776 sqrt(2.5 / 5)
    found = replicates([1.0, 2.0, 3.0, 4.0, 5.0])
    assert (found.mean, found.n) == (3.0, 5)
    assert found.ends == pytest.approx((3 - 1.9632, 3 + 1.9632), abs=1e-4)


def test_two_values_are_12_706_standard_errors_wide():
    assert replicates([0.0, 2.0]).high == pytest.approx(1 + 12.706, abs=1e-3)


def test_one_value_has_no_interval():
    assert replicates([7.0]) == Replicates(7.0, None, None, 1)
    assert replicates([7.0]).ends is None


def test_equal_values_leave_no_doubt():
    assert replicates([0.5, 0.5, 0.5]).ends == (0.5, 0.5)


def test_three_normal_values_cover_their_mean_19_times_of_20():
    draws = np.random.default_rng(0).normal(5.0, 2.0, (2_000, 3))
    inside = [found.low <= 5.0 <= found.high for found in map(replicates, draws.tolist())]
    assert np.mean(inside) == pytest.approx(0.95, abs=0.02)
