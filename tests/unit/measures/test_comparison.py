"""A figure of several systems: means, differences in pairs, and which is best if one is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allegory.measures.comparison import Measured, compared, difference
from allegory.measures.replicates import replicates

values = st.lists(st.floats(-1, 1), min_size=3, max_size=6)


def runs(*found, start=0):
    return {start + seed: Measured(value) for seed, value in enumerate(found)}


def test_means_are_over_seeds_and_a_single_run_keeps_its_own_interval():
    found = compared({"a": runs(1.0, 2.0, 3.0), "b": {7: Measured(2.5, 2.0, 3.5)}}, "higher")
    assert found.values["a"] == replicates([1.0, 2.0, 3.0])
    b = found.values["b"]
    assert (b.mean, b.ends, b.n) == (2.5, (2.0, 3.5), 1)
    assert found.differences["b"].ends is None
    assert found.best is None


def test_what_a_seed_does_to_both_is_no_part_of_the_difference():
    a, b = runs(0.1, 0.5, 0.9), runs(0.21, 0.59, 1.0)
    found = compared({"a": a, "b": b}, "higher")
    assert found.differences["b"].mean == pytest.approx(0.1)
    low, high = found.differences["b"].ends
    assert 0 < low < 0.1 < high < 0.2
    assert found.values["a"].ends[1] > found.values["b"].ends[0]
    assert found.best == "b"
    assert compared({"a": a, "b": b}, "lower").best == "a"
    assert compared({"a": a, "b": b}, "").best is None


def test_only_common_seeds_are_paired():
    a, b = runs(1.0, 2.0, 9.0), runs(3.0, 3.0, start=1)
    assert difference(a, b) == replicates([1.0, -6.0])
    alone = difference(a, runs(3.0, 3.0, start=5))
    assert (alone.mean, alone.ends, alone.n) == (-1.0, None, 0)


def test_the_best_must_be_ahead_of_each_other_one():
    a, b, c = runs(0.1, 0.2, 0.3), runs(0.7, 0.8, 0.9), runs(0.8, 0.7, 0.95)
    assert compared({"a": a, "b": b, "c": c}, "higher").best is None
    assert compared({"a": a, "b": b}, "higher").best == "b"


@pytest.mark.parametrize(
    ("other", "best"),
    [((0.5, 0.4, 0.59), "a"), ((0.5, 0.4, 0.61), None), ((0.5, None, None), None)],
)
def test_single_runs_are_told_apart_by_intervals_that_do_not_meet(other, best):
    found = compared({"a": {0: Measured(0.7, 0.6, 0.8)}, "b": {0: Measured(*other)}}, "higher")
    assert found.best == best


@given(values, values)
def test_better_turned_round_is_the_same_with_the_other_sign(a, b):
    n = min(len(a), len(b))
    up = compared({"a": runs(*a[:n]), "b": runs(*b[:n])}, "higher")
    down = compared({"a": runs(*(-x for x in a[:n])), "b": runs(*(-x for x in b[:n]))}, "lower")
    assert up.best == down.best
    assert up.differences["b"].mean == -down.differences["b"].mean


def test_one_system_is_not_the_best():
    assert compared({"a": runs(1.0, 1.1)}, "higher").best is None
