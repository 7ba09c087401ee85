"""Modes covered: known answers, and what samples of the truth come to."""

import math

import numpy as np
import pytest

from allegory.data.dataset import Modes
from allegory.data.sources.toys import TOYS
from allegory.errors import UserError
from allegory.measures.modes import class_coverage, mode_coverage

SQUARE = Modes(
    np.array([[0.0, 0.0], [0.0, 10.0], [10.0, 0.0], [10.0, 10.0]]), np.ones(4), np.full(4, 0.25)
)


@pytest.mark.parametrize("name", ["line", "ring", "grid"])
def test_samples_of_the_truth_have_all_modes_evenly(name):
    toy = TOYS[name]
    known = toy.modes()
    found = mode_coverage(toy.sample(2_500, seed=5), known)
    assert found.covered == len(known.weights)
    size = known.centres.shape[1]
    expected = {1: math.erf(3 / math.sqrt(2)), 2: 1 - math.exp(-4.5)}[size]
    assert abs(found.high_quality.mean - expected) < 0.012
    assert found.reverse_kl.mean < 0.01
    assert found.counts.sum() == 2_500


def test_only_gaussians_have_modes():
    assert {name for name, toy in TOYS.items() if toy.modes()} == {"line", "ring", "grid"}


def test_collapse_to_one_mode_of_four():
    found = mode_coverage(np.zeros((50, 2)), SQUARE)
    assert found.covered == 1
    assert found.high_quality.mean == 1
    assert found.reverse_kl.mean == pytest.approx(math.log(4))
    assert found.counts.tolist() == [50, 0, 0, 0]


def test_a_mode_is_covered_by_what_is_within_three_deviations():
    near, far = [[0.0, 2.9], [7.1, 0.0]], [[0.0, 6.9], [13.1, 10.0]]
    found = mode_coverage(np.array(near + far), SQUARE)
    assert found.covered == 2
    assert found.high_quality.mean == 0.5
    # but each counts for its nearest mode
    assert found.counts.tolist() == [1, 1, 1, 1]
    assert found.reverse_kl.mean == 0


def test_classes_stand_for_modes():
    found = class_coverage(np.array([0, 0, 1, 1]), np.array([0.25, 0.25, 0.5]))
    assert found.covered == 2
    assert found.high_quality is None
    assert found.reverse_kl.mean == pytest.approx(math.log(2))
    assert class_coverage(np.array([2]), np.array([0.5, 0.5, 0.0])).reverse_kl is None


def test_the_interval_holds_the_divergence_about_as_often_as_it_says():
    rng, truth = np.random.default_rng(0), np.array([0.5, 0.3, 0.2])
    weights = np.full(3, 1 / 3)
    expected = float((truth * np.log(truth / weights)).sum())
    held = 0
    for _ in range(200):
        kl = class_coverage(rng.choice(3, 500, p=truth), weights).reverse_kl
        held += kl.low < expected < kl.high
    assert 180 <= held <= 199


def test_what_is_no_sample_is_told():
    with pytest.raises(UserError, match=r"shape \(5, 3\)"):
        mode_coverage(np.zeros((5, 3)), SQUARE)
    with pytest.raises(UserError, match="no samples"):
        mode_coverage(np.zeros((0, 2)), SQUARE)
    with pytest.raises(UserError, match="no samples"):
        class_coverage(np.zeros(0, np.int64), np.ones(1))
