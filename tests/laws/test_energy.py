"""Laws of the energy distance."""

import math
from itertools import product

import pytest
import torch
from scipy.stats import energy_distance as rooted

from allegory.objectives.energy import energy_distance, inhomogeneity

SHIFTS = [0.0, 0.1, 0.3, 1.0, 3.0, 10.0]


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)).double()


def distance(x, y):
    return energy_distance(x, y).item()


def written_out(x, y):
    """Means over pairs, in float64: of one set, pairs of different rows."""

    def mean(pairs):
        found = [math.dist(a, b) for a, b in pairs]
        return sum(found) / len(found)

    x, y = x.tolist(), y.tolist()
    own = [[(a, b) for i, a in enumerate(s) for j, b in enumerate(s) if i != j] for s in (x, y)]
    return 2 * mean(product(x, y)) - mean(own[0]) - mean(own[1])


@pytest.mark.parametrize(("n", "m", "d"), [(2, 2, 1), (5, 3, 2), (40, 30, 7)])
def test_it_is_what_its_formula_says(n, m, d):
    x, y = normal(n, d), 0.5 + 2 * normal(m, d, seed=1)
    assert distance(x, y) == pytest.approx(written_out(x, y), rel=1e-5)


def test_it_has_no_bias():
    # every draw of 2 and of 3 from two small populations: the mean is the distance between them
    a, b = normal(3, 2), 0.3 + normal(3, 2, seed=1)
    draws = product(product(range(3), repeat=2), product(range(3), repeat=3))
    found = [distance(a[list(i)], b[list(j)]) for i, j in draws]
    truth = 2 * torch.cdist(a, b).mean() - torch.cdist(a, a).mean() - torch.cdist(b, b).mean()
    assert sum(found) / len(found) == pytest.approx(truth.item(), abs=1e-6)


@pytest.mark.parametrize("n", [2, 8])
def test_of_one_distribution_it_is_0_on_average(n):
    x, y = normal(2000, n, 2), normal(2000, n, 2, seed=1)
    found = torch.stack([energy_distance(a, b) for a, b in zip(x, y, strict=True)])
    assert found.min() < 0
    assert found.mean().abs() < 4 * found.std() / len(found) ** 0.5


@pytest.mark.parametrize("n", [2, 8])
def test_matched_rows_of_one_distribution_are_not_near_for_being_matched(n):
    x = normal(2000, n, 2)
    y = 0.8 * x + 0.6 * normal(2000, n, 2, seed=1)
    pairs = list(zip(x, y, strict=True))
    apart, near = (
        torch.stack([energy_distance(a, b, matched=m) for a, b in pairs]) for m in (True, False)
    )
    error = apart.std() / len(pairs) ** 0.5
    assert apart.mean().abs() < 4 * error
    assert near.mean() < -4 * error
    assert energy_distance(x[0][:1], y[0][:1], matched=True) == 0


@pytest.mark.parametrize("far", SHIFTS)
def test_two_points_are_twice_their_distance_apart(far):
    x, y = torch.zeros(4, 2), torch.tensor([3.0, 4.0]).expand(3, 2) * far
    assert distance(x, y) == pytest.approx(10 * far)
    assert distance(x[:1], y[:1]) == pytest.approx(10 * far)


@pytest.mark.parametrize("far", [0.0, 1.0, 3.0])
def test_two_normals_have_the_closed_form(far):
    n = 3000
    x, y = normal(n, 1), far + normal(n, 1, seed=1)
    # E|N(m, 2)| is the mean of a folded normal
    apart = 2 / math.sqrt(math.pi) * math.exp(-(far**2) / 4) + far * math.erf(far / 2)
    expected = 2 * apart - 4 / math.sqrt(math.pi)
    assert distance(x, y) == pytest.approx(expected, abs=0.05)


def test_of_many_rows_it_is_the_square_of_scipys():
    n = 2000
    x, y = normal(n, 1), 1.0 + 2 * normal(n, 1, seed=1)
    expected = rooted(x[:, 0].numpy(), y[:, 0].numpy()) ** 2
    assert distance(x, y) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("d", [1, 5])
def test_it_grows_with_the_shift(d):
    x = normal(40, d)
    found = [distance(x, x + shift) for shift in SHIFTS]
    assert found == sorted(found)
    assert found[-1] == pytest.approx(2 * 10.0 * d**0.5, rel=0.25)


def test_other_spreads_are_apart_too():
    x, y = normal(1000, 2), normal(1000, 2, seed=1)
    assert distance(x, 2 * y) > 0.1
    assert distance(x, 0 * y) > 0.1


@pytest.mark.parametrize("n", [10, 60])
def test_it_does_not_see_how_the_space_lies(n):
    x, y = normal(n, 3), 0.5 + normal(n, 3, seed=1)
    here = distance(x, y)
    assert distance(y, x) == pytest.approx(here, abs=1e-6)
    turn, _ = torch.linalg.qr(normal(3, 3, seed=2))
    assert distance(x @ turn, y @ turn) == pytest.approx(here, abs=1e-5)
    assert distance(7 * x, 7 * y) == pytest.approx(7 * here, rel=1e-4)
    assert distance(x.flip(0), y.roll(3, 0)) == pytest.approx(here, abs=1e-5)
    assert distance(x + 100, y + 100) == pytest.approx(here, abs=1e-4)


def test_bfloat16_is_reduced_in_float32():
    x = normal(4, 2).bfloat16()
    assert energy_distance(x, x + 1).dtype == torch.float32


def test_the_coefficient_has_no_units_and_is_1_for_points_apart():
    x, y = normal(30, 3), 0.5 + 2 * normal(40, 3, seed=1)
    found = inhomogeneity(x, y).item()
    assert found == pytest.approx(distance(x, y) / (2 * torch.cdist(x, y).mean().item()), rel=1e-5)
    assert inhomogeneity(1000 * x, 1000 * y).item() == pytest.approx(found, rel=1e-4)
    assert inhomogeneity(x[:1].expand(9, 3), y[:1].expand(9, 3)).item() == pytest.approx(1.0)
    assert inhomogeneity(x[:1], x[:1]).item() == 0.0
