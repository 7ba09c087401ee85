"""Whether samples are of their class, and differ within it: known answers."""

import pytest
import torch

from allegory.errors import UserError
from allegory.measures.conditional import agreement, diversity


def cloud(n, classes, spread=1.0, size=4, seed=0):
    """Examples of each class in turn, round its own centre, and their classes."""
    rng = torch.Generator().manual_seed(seed)
    y = torch.arange(n * classes) % classes
    return 20.0 * y[:, None] + spread * torch.randn(len(y), size, generator=rng), y


def test_agreement_is_counted_over_all_and_by_class():
    asked = torch.tensor([0] * 10 + [1] * 10 + [2] * 10)
    told = asked.clone()
    told[10:14], told[20] = 0, -1
    found = agreement(asked, told)
    assert found.overall.mean == pytest.approx(25 / 30)
    assert found.overall.low < 25 / 30 < found.overall.high
    assert {c: one.mean for c, one in found.classes.items()} == {0: 1.0, 1: 0.6, 2: 0.9}
    assert found.lowest == 1
    with pytest.raises(UserError, match="no examples"):
        agreement(asked[:0], told[:0])


def test_samples_that_differ_as_real_examples_do():
    (made, asked), (real, truth) = cloud(80, 5), cloud(40, 5, seed=1)
    found = diversity(made, asked, real, truth)
    assert found.overall.low < 1 < found.overall.high
    assert found.overall.high - found.overall.low < 0.2
    assert set(found.classes) == set(range(5))
    widths = [one.high - one.low for one in found.classes.values()]
    assert min(widths) > found.overall.high - found.overall.low


def test_one_example_a_class_has_no_diversity_however_far_apart_classes_lie():
    made, asked = cloud(30, 3, spread=0.0)
    found = diversity(made, asked, *cloud(30, 3))
    assert found.overall.mean == pytest.approx(0, abs=1e-9)
    assert found.overall.high == pytest.approx(0, abs=1e-9)


def test_diversity_is_a_ratio_of_distances_and_the_least_diverse_class_is_named():
    real, truth = cloud(60, 2)
    made = torch.where(truth[:, None] == 1, 0.25 * real, 3.0 * real + 7.0)
    found = diversity(made, truth, real, truth)
    assert found.classes[0].mean == pytest.approx(3.0)
    assert found.classes[1].mean == pytest.approx(0.25)
    assert found.overall.mean == pytest.approx(3.25 / 2)
    assert found.lowest == 1


def test_mean_distance_of_three_points_on_a_line():
    line = torch.tensor([[0.0], [1.0], [3.0]])
    found = diversity(2 * line, torch.zeros(3), line, torch.zeros(3))
    assert found.overall.mean == pytest.approx(2.0)
    # without each point the mean, 2, is 2, 3, 1: a variance of 4/3, and 16/3 of twice the line
    variance = (16 / 3 + 2.0**2 * 4 / 3) / 2.0**2
    assert found.overall.high == pytest.approx(2.0 + 1.96 * variance**0.5)
    assert found.overall.low == 0


def test_the_interval_of_diversity_holds_the_truth():
    held = 0
    for i in range(0, 400, 2):
        made, real = cloud(30, 3, spread=0.6, seed=i), cloud(12, 3, seed=i + 1)
        found = diversity(*made, *real).overall
        held += found.low <= 0.6 <= found.high
    assert 0.91 < held / 200 <= 0.995


def test_classes_with_too_few_real_examples_are_left_out():
    made, asked = cloud(10, 3)
    real, truth = cloud(10, 3, seed=1)
    truth[(truth == 2).nonzero()[2:]] = -1
    assert set(diversity(made, asked, real, truth).classes) == {0, 1}
    with pytest.raises(UserError, match="no class has 3 generated and 3 real"):
        diversity(made, asked, real, torch.full_like(truth, -1))
    with pytest.raises(UserError, match="no class has"):
        diversity(made, asked, torch.ones_like(real), asked)
