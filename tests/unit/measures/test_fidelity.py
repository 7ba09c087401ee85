"""Measures of fidelity: known answers, laws, and agreement with torchmetrics."""

import warnings

import numpy as np
import pytest
import torch
from torch import nn

from allegory.errors import UserError
from allegory.measures.estimate import proportion
from allegory.measures.fidelity import (
    density_coverage,
    frechet_distance,
    kernel_distance,
    memorisation,
    precision_recall,
    two_sample_accuracy,
)

TWO_SIDED = {
    "frechet": frechet_distance,
    "kernel": kernel_distance,
    "precision": lambda x, y: precision_recall(x, y).precision,
    "recall": lambda x, y: precision_recall(x, y).recall,
    "density": lambda x, y: density_coverage(x, y).density,
    "coverage": lambda x, y: density_coverage(x, y).coverage,
    "two-sample": two_sample_accuracy,
    "memorisation": lambda x, y: memorisation(x, x.flip(0) + 0.1, y),
}
every_measure = pytest.mark.parametrize("measure", TWO_SIDED.values(), ids=TWO_SIDED)


def normal(n, d=6, seed=0, shift=0.0):
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed)) + shift


def with_moments(n, mean, covariance):
    """Points whose sample moments are these to rounding."""
    x = normal(n, len(mean), seed=n).double()
    x = x - x.mean(0)
    whitened = torch.linalg.solve_triangular(
        torch.linalg.cholesky(x.T @ x / (n - 1)), x.T, upper=False
    ).T
    return whitened @ torch.linalg.cholesky(covariance).T + mean


def covariance(d, seed):
    a = normal(2 * d, d, seed).double()
    return a.T @ a / (2 * d)


@pytest.mark.parametrize("n", [400, 12])
def test_frechet_distance_of_two_normals_is_the_closed_form(n):
    from scipy.linalg import sqrtm

    d = 5
    mu, nu = normal(2, d).double()
    S, T = covariance(d, 1), covariance(d, 2)
    root = np.trace(sqrtm((S @ T).numpy())).real
    expected = float((mu - nu).square().sum() + S.trace() + T.trace()) - 2 * root
    found = frechet_distance(with_moments(n, mu, S), with_moments(n + 50, nu, T))
    assert found.value == pytest.approx(expected, rel=1e-9)
    assert (found.n_real, found.n_generated) == (n, n + 50)


def test_fewer_examples_than_features_change_only_the_way():
    x, y = normal(30, 8), 1.5 * normal(20, 8, seed=1, shift=0.3)
    padding = torch.zeros(30, 200)
    wide = [torch.cat([side, padding[: len(side)]], 1) for side in (x, y)]
    few, many = frechet_distance(*wide), frechet_distance(x, y)
    assert few.value == pytest.approx(many.value, rel=1e-6)
    # other groups
    assert few.limit == pytest.approx(many.limit, rel=0.2)
    assert "low rank" in " ".join(few.notes)


def test_the_limit_is_freed_of_most_of_the_bias():
    d = 16
    x, y = normal(400, d), normal(400, d, seed=1)
    found = frechet_distance(x, y)
    assert found.value > 0.3
    assert abs(found.limit) < found.value / 4
    assert found.limit_low <= found.limit <= found.limit_high


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    d, shift, draws = 8, 0.3, 60
    truth = d * shift**2
    held = 0
    for seed in range(draws):
        found = frechet_distance(normal(300, d, 2 * seed), normal(300, d, 2 * seed + 1, shift))
        held += found.limit_low <= truth <= found.limit_high
    assert held >= 0.85 * draws


@pytest.mark.parametrize("measure", [frechet_distance, kernel_distance])
def test_intervals_are_as_wide_as_values_spread_in_one_dimension(measure):
    found = [
        measure(normal(200, 1, seed=s), normal(200, 1, seed=s + 50, shift=0.5)) for s in range(30)
    ]
    spread = np.std([one.value for one in found])
    halves = np.mean([one.high - one.value for one in found])
    assert 0.6 < halves / (2.09 * spread) < 2.0


def test_kernel_distance_is_0_on_average_for_equal_distributions():
    found = [kernel_distance(normal(60, 4, 2 * s), normal(40, 4, 2 * s + 1)) for s in range(200)]
    values = np.array([f.value for f in found])
    assert abs(values.mean()) < 3 * values.std() / len(values) ** 0.5
    assert np.mean([f.low <= 0 <= f.high for f in found]) > 0.9


def test_kernel_distance_is_its_definition():
    x, y = normal(9, 3).double(), normal(7, 3, seed=1, shift=0.5).double()
    k = lambda a, b: float((a @ b / 3 + 1) ** 3)  # noqa: E731
    inside = [
        np.mean([k(a, b) for i, a in enumerate(s) for j, b in enumerate(s) if i != j])
        for s in (x, y)
    ]
    across = np.mean([k(a, b) for a in x for b in y])
    assert kernel_distance(x, y).value == pytest.approx(sum(inside) - 2 * across, rel=1e-9)


class Flat(nn.Module):
    """Pictures as their own features."""

    num_features = 27

    def forward(self, x):
        return x.flatten(1).float()


def test_torchmetrics_agrees():
    pytest.importorskip("torchmetrics")
    from torchmetrics.image.fid import FrechetInceptionDistance
    from torchmetrics.image.kid import KernelInceptionDistance

    rng = torch.Generator().manual_seed(0)
    x = torch.rand(200, 3, 3, 3, generator=rng)
    y = torch.rand(200, 3, 3, 3, generator=rng) ** 1.5
    fid = FrechetInceptionDistance(feature=Flat(), input_img_size=(3, 3, 3), normalize=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it keeps the features
        kid = KernelInceptionDistance(feature=Flat(), subsets=1, subset_size=200)
    for theirs in (fid, kid):
        theirs.update(x, real=True)
        theirs.update(y, real=False)
    features = (x.flatten(1), y.flatten(1))
    assert frechet_distance(*features).value == pytest.approx(float(fid.compute()), rel=1e-3)
    assert kernel_distance(*features).value == pytest.approx(float(kid.compute()[0]), rel=1e-3)


def line(*places):
    return torch.tensor(places, dtype=torch.float32)[:, None]


def test_precision_recall_density_and_coverage_on_a_line():
    # balls of k = 1 around the real 0, 1, 3, 6 reach 1, 1, 2 and 3: together from -1 to 9
    real, generated = line(0, 1, 3, 6), line(0.5, 8, 20, 21)
    pr = precision_recall(real, generated, k=1)
    assert pr.precision.value == 0.5
    # balls around the generated reach 7.5, 7.5, 1 and 1: -7 to 15.5
    assert pr.recall.value == 1
    dc = density_coverage(real, generated, k=1)
    # 0.5 lies in the balls of 0 and 1, and not in that of 3 (1 to 5); 8 in that of 6
    assert dc.density.value == pytest.approx(3 / 4)
    assert dc.coverage.value == pytest.approx(3 / 4)


def test_a_dropped_mode_costs_recall_and_coverage_and_not_precision():
    both = torch.cat([normal(200), normal(200, seed=1, shift=20)])
    one = normal(400, seed=2)
    pr, dc = precision_recall(both, one), density_coverage(both, one)
    assert pr.precision.value > 0.7
    assert pr.recall.value < 0.6
    assert dc.density.value > 0.8
    assert 0.4 < dc.coverage.value < 0.55


def test_coverage_of_equal_distributions_is_as_published():
    dc = density_coverage(normal(1000, 16), normal(1000, 16, seed=1), k=5)
    assert dc.coverage.value == pytest.approx(1 - 2**-5, abs=0.02)
    assert dc.density.value == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("classifier", ["logistic", "neighbours"])
def test_a_classifier_tells_apart_what_differs_only(classifier):
    x = normal(600)
    same = two_sample_accuracy(x, normal(600, seed=1), classifier=classifier)
    assert same.low < 0.5 < same.high
    other = two_sample_accuracy(x, normal(500, seed=1, shift=2), classifier=classifier)
    assert other.low > 0.9
    assert "500 of each side" in " ".join(other.notes)


def test_memorisation_of_copies_and_of_new_examples():
    train, held_out = normal(400), normal(300, seed=1)
    new = memorisation(train, held_out, normal(300, seed=2))
    assert new.low < new.expected < new.high
    assert abs(new.rank_z) < 3
    copies = torch.cat([normal(270, seed=3), train[:30]])
    found = memorisation(train, held_out, copies)
    assert found.value >= 0.1
    assert found.low > found.expected / 2
    assert [(s.generated, s.train, s.distance) for s in found.suspects] == [
        (270 + i, i, 0.0) for i in range(16)
    ]
    all_copied = memorisation(train, held_out, train + 1e-3)
    assert all_copied.value == 1
    assert all_copied.rank_z < -10


@every_measure
def test_the_order_of_examples_does_not_matter(measure):
    x, y = normal(60), normal(50, seed=1, shift=0.4)
    mixed = torch.randperm(60, generator=torch.Generator().manual_seed(5))
    one, other = measure(x, y), measure(x[mixed], y.flip(0))
    for field in ("value", "low", "high"):
        assert getattr(one, field) == pytest.approx(getattr(other, field), rel=1e-6, abs=1e-9)


@every_measure
def test_the_interval_is_around_the_value_and_arrays_do(measure):
    found = measure(torch.from_numpy(normal(50).numpy()), normal(50, seed=1))
    assert found.low <= found.value <= found.high
    assert np.isfinite([found.low, found.high]).all()
    assert (found.n_real, found.n_generated) == (50, 50)


def test_the_same_set_twice():
    x = normal(40, 100).numpy()
    assert frechet_distance(x, x).value == pytest.approx(0, abs=1e-5)
    assert frechet_distance(x[:, :8], x[:, :8]).value == pytest.approx(0, abs=1e-9)
    pr, dc = precision_recall(x, x), density_coverage(x, x)
    assert (pr.precision.value, pr.recall.value, dc.coverage.value) == (1, 1, 1)
    assert memorisation(x, x + 1, x).value == 1


@every_measure
def test_too_few_examples_are_refused_in_a_sentence(measure):
    with pytest.raises(UserError, match="at least 2 examples"):
        measure(normal(10), normal(1))


def test_other_mistakes_are_told():
    with pytest.raises(UserError, match="6 and 5 features"):
        frechet_distance(normal(9, 6), normal(9, 5))
    with pytest.raises(UserError, match="finite"):
        kernel_distance(normal(9), normal(9) / 0)
    with pytest.raises(UserError, match=r"\(n, d\)"):
        two_sample_accuracy(normal(9)[0], normal(9))


def test_scarce_data_shrink_what_is_asked_with_a_note():
    few = normal(6), normal(7, seed=1)
    assert "3 groups" in kernel_distance(*few).notes[0]
    assert "3 groups" in frechet_distance(*few).notes[0]
    tiny = kernel_distance(normal(3), normal(3, seed=1))
    assert "no interval" in tiny.notes[0]
    assert (tiny.low, tiny.high) == (-np.inf, np.inf)
    assert "neighbour 2, not 3" in precision_recall(normal(3), normal(9)).precision.notes[0]
    assert "few held-out" in memorisation(normal(9), normal(9), normal(9)).notes[0]
    assert two_sample_accuracy(normal(2), normal(2)).n_real == 2


def test_a_share_has_an_interval_inside_0_and_1():
    assert proportion(0, 10).low == 0
    assert proportion(0, 10).high == pytest.approx(0.2775, abs=1e-3)
    assert proportion(10, 10).high == 1
    assert proportion(5, 10).low == pytest.approx(0.2366, abs=1e-3)
