"""Balancing a data set: weights within groups, subsets drawn by them, shares that move."""

import numpy as np
import pytest

from allegory.data.dataset import Column
from allegory.errors import UserError
from allegory.measures.balance import balance, balanced_subset, shares
from allegory.measures.rarity import kernel_weights

DENSITIES = ["kernel", "histograms"]


def codes(n=120, seed=0):
    z = np.random.default_rng(seed).standard_normal((n, 2))
    z[: n // 10] += 9
    return z


@pytest.mark.parametrize("density", DENSITIES)
def test_groups_are_weighed_each_for_itself(density):
    z = codes()
    groups = np.arange(120) % 2
    within = balance(z, groups, density=density)
    for k in (0, 1):
        alone = balance(z[groups == k], density=density)
        np.testing.assert_allclose(within.weights[groups == k], alone.weights)
        np.testing.assert_allclose(within.rarity[groups == k], alone.rarity)
        assert within.weights[groups == k].sum() == pytest.approx(60)


@pytest.mark.parametrize("density", DENSITIES)
def test_the_rare_are_rare_and_weigh_more(density):
    found = balance(codes(), density=density)
    assert found.rarity[:12].min() > 0.8
    assert found.weights[:12].mean() > 2
    if density == "kernel":
        np.testing.assert_allclose(found.weights, kernel_weights(codes()))


@pytest.mark.parametrize("density", DENSITIES)
def test_alpha_without_bounds_weighs_all_the_same(density):
    np.testing.assert_array_equal(balance(codes(), density=density, alpha=np.inf).weights, 1)


def test_a_subset_has_no_row_twice_and_is_the_same_for_the_same_seed():
    w = balance(codes()).weights
    rows = balanced_subset(w, 40, 3)
    assert len(set(rows.tolist())) == 40
    assert rows.tolist() == sorted(rows.tolist())
    assert rows.tolist() == balanced_subset(w, 40, 3).tolist()
    assert rows.tolist() != balanced_subset(w, 40, 4).tolist()


def test_chances_of_a_subset_are_proportional_to_the_weights():
    w = np.array([4.0, 2, 1, 1, 1, 1, 0])
    drawn = np.zeros(7)
    for seed in range(3_000):
        drawn[balanced_subset(w, 2, seed)] += 1 / 3_000
    np.testing.assert_allclose(drawn, 2 * w / w.sum(), atol=0.04)


@pytest.mark.parametrize("m", [58, 120])
def test_as_many_as_asked_for_whatever_the_weights(m):
    w = np.random.default_rng(0).pareto(0.3, m) + 1e-9
    for n in range(1, m + 1):
        assert len(balanced_subset(w, n, 0)) == n


@pytest.mark.parametrize("n", [0, 4])
def test_more_than_there_are_cannot_be_selected(n):
    with pytest.raises(UserError, match="can't select"):
        balanced_subset(np.array([1.0, 1, 1, 0]), n, 0)


def test_shares_before_and_after():
    columns = {
        "hair": Column("category", np.array([0, 0, 0, 1]), ("dark", "fair", "none has it")),
        "age": Column("number", np.array([1.0, 2, np.nan, 2])),
        "name": Column("text", np.array(list("abcd"))),
        "same": Column("category", np.zeros(4, np.int64), ("one",)),
        "split": Column("category", np.array([0, 0, 1, 1]), ("train", "test")),
    }
    found = shares(columns, np.array([1.0, 1, 0, 2]))
    assert list(found) == ["hair", "age"]
    assert found["hair"].names == ("dark", "fair")
    assert found["hair"].before.tolist() == [0.75, 0.25]
    assert found["hair"].after.tolist() == [0.5, 0.5]
    assert found["age"].names == ("1", "2", "missing")
    assert found["age"].counts.tolist() == [1, 2, 1]
    assert found["age"].after.tolist() == [0.25, 0.75, 0]
