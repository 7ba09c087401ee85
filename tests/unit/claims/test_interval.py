"""Intervals with known answers, and the verdicts that they decide."""

import math

import numpy as np
import pytest

from allegory.claims.claim import Figure
from allegory.claims.interval import above, below, t_interval, together, words


def test_known_answer():
    # mean 3, standard deviation 1.5811, Student's t with 4 degrees of freedom: 2.7764
    found = t_interval("x", [1.0, 2.0, 3.0, 4.0, 5.0], "nats")
    assert found.mean == 3.0
    assert found.low == pytest.approx(3 - 2.776445 * math.sqrt(2.5 / 5), abs=1e-6)
    assert found.high == pytest.approx(6 - found.low)
    assert (found.n, found.unit) == (5, "nats")


def test_it_covers_the_truth_as_often_as_it_says():
    draws = np.random.default_rng(0).normal(7.0, 2.0, (4_000, 4))
    found = [t_interval("x", row) for row in draws.tolist()]
    share = np.mean([f.low < 7.0 < f.high for f in found])
    # 95 %, within four standard errors
    assert abs(share - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 4_000)


def test_equal_values_leave_no_width():
    assert t_interval("x", [2.0, 2.0]) == Figure("x", 2.0, 2.0, 2.0, 2)


@pytest.mark.parametrize("values", [[], [1.0], [1.0, math.nan], [1.0, math.inf]])
def test_too_few_or_broken_values(values):
    with pytest.raises(ValueError, match="needs two finite values"):
        t_interval("x", values)


@pytest.mark.parametrize(
    ("low", "high", "over", "under"),
    [
        (1.1, 2.0, "holds", "does not hold"),
        (0.5, 0.9, "does not hold", "holds"),
        (0.5, 1.5, "undecided", "undecided"),
        (1.0, 2.0, "undecided", "undecided"),
    ],
)
def test_the_whole_interval_decides(low, high, over, under):
    figure = Figure("x", (low + high) / 2, low, high, 3)
    assert above(figure, 1.0) == over
    assert below(figure, 1.0) == under


def test_all_parts_decide():
    yes, no, open_ = "holds", "does not hold", "undecided"
    assert together([yes, yes]) == yes
    assert together([yes, open_]) == open_
    assert together([yes, open_, no]) == no


def test_words():
    assert words(Figure("x", 0.12345, 0.1, 1234.5, 3, "nats")) == "0.123 (0.1 … 1.23e+03) nats"
