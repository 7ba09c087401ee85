"""Rates of groups: known counts, small groups, and how numbers become groups."""

import numpy as np
import pytest

from allegory.data.dataset import Column
from allegory.errors import UserError
from allegory.measures.estimate import wilson
from allegory.measures.grouping import crossed, in_bins, quantiles, rounded
from allegory.measures.groups import group_rates


def category(values, names):
    return Column("category", np.asarray(values, np.int64), tuple(names))


def drawn(seed=0, n=600):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, n)
    group, other = rng.integers(0, 3, n), rng.integers(0, 2, n)
    told = np.where(rng.random(n) < 0.1 + 0.1 * group, 1 - truth, truth)
    columns = {"g": category(group, "abc"), "h": category(other, "uv")}
    return truth, told, columns


def test_rates_are_counts_of_each_group_with_wilsons_interval():
    truth, told, columns = drawn()
    found = group_rates(truth, told, columns, positive=1)
    assert [rate.group for rate in found.rates["accuracy"]] == [
        (g, h) for g in "abc" for h in "uv"
    ]
    for name, among, hit in [
        ("accuracy", truth >= 0, truth == told),
        ("tpr", truth == 1, told == 1),
        ("fpr", truth == 0, told == 1),
    ]:
        for rate in found.rates[name]:
            inside = (columns["g"].values == "abc".index(rate.group[0])) & (
                columns["h"].values == "uv".index(rate.group[1])
            )
            n = int((inside & among).sum())
            assert rate.share.n == n
            assert rate.share.mean == pytest.approx(hit[inside & among].mean())
            assert (rate.share.low, rate.share.high) == wilson(rate.share.mean, n)
        judged = [rate.share.mean for rate in found.rates[name]]
        spread = found.spreads[name]
        assert spread.gap.mean == pytest.approx(max(judged) - min(judged))
        assert spread.worst.share.mean == (max if name == "fpr" else min)(judged)
        assert spread.variance == pytest.approx(np.var(judged, ddof=1))


def test_the_order_of_the_examples_does_not_matter():
    truth, told, columns = drawn()
    order = np.random.default_rng(1).permutation(len(truth))
    shuffled = {k: category(c.values[order], c.names) for k, c in columns.items()}
    again = group_rates(truth[order], told[order], shuffled, positive=1)
    assert again == group_rates(truth, told, columns, positive=1)


def test_a_gap_of_nothing_is_inside_its_interval_and_chance_explains_the_variance():
    truth = np.zeros(8000, np.int64)
    told = (np.random.default_rng(0).random(8000) < 0.2).astype(np.int64)
    group = category(np.arange(8000) % 40, [str(k) for k in range(40)])
    spread = group_rates(truth, told, {"g": group}).spreads["accuracy"]
    assert spread.chance == pytest.approx(0.16 / 200, rel=0.05)
    assert spread.variance == pytest.approx(spread.chance, rel=0.5)


def test_groups_with_nothing_or_little_to_count_are_not_judged():
    truth = np.array([1] * 50 + [0] * 30 + [1] * 3)
    group = category([0] * 50 + [1] * 30 + [2] * 3, ["only positives", "only negatives", "few"])
    found = group_rates(truth, truth, {"g": group}, positive=1)
    tpr = {rate.group[0]: rate for rate in found.rates["tpr"]}
    assert tpr["only negatives"].share is None
    assert tpr["few"].share.n == 3
    assert [name for name, rate in tpr.items() if rate.enough] == ["only positives"]
    assert set(found.spreads) == {"accuracy"}
    # a category that no example has is no group
    lonely = category([0] * len(truth), ["all", "nobody"])
    assert len(group_rates(truth, truth, {"g": lonely}).rates["accuracy"]) == 1
    with pytest.raises(UserError, match="no example"):
        group_rates(truth[:0], truth[:0], {"g": category([], "ab")})


def test_numbers_are_cut_at_their_quantiles_and_equal_ones_stay_together():
    values = np.r_[np.arange(100.0), np.nan]
    cut = in_bins(Column("number", values), quantiles(Column("number", values), 4))
    assert cut.names == ("0 to 24", "25 to 49", "50 to 74", "75 to 99")
    assert cut.values[-1] == -1
    assert np.bincount(cut.values[:-1]).tolist() == [25] * 4
    ties = Column("number", np.r_[np.zeros(90), np.ones(10)])
    assert in_bins(ties, quantiles(ties, 5)).names == ("0", "1")
    constant = Column("number", np.full(9, 3.0))
    assert in_bins(constant, quantiles(constant, 5)).names == ("3",)
    unknown = Column("number", np.full(9, np.nan))
    assert in_bins(unknown, quantiles(unknown, 5)).names == ()


def test_round_borders_are_evenly_spaced():
    ages = Column("number", np.array([1.0, 17, 20, 39, 40, 93]))
    assert rounded(ages, 6).tolist() == [20, 40, 60, 80]
    assert in_bins(ages, rounded(ages, 6)).names == ("1 to 17", "20 to 39", "40", "93")
    assert not len(rounded(Column("number", np.ones(4)), 6))


def test_columns_are_crossed_where_all_are_known():
    columns = {"a": category([0, 1, -1], "xy"), "b": Column("number", np.array([1.0, 2, 3]))}
    found, known = crossed(columns, ["a", "b"])
    assert known.tolist() == [True, True, False]
    assert found[1].names == ("1", "2", "3")
    with pytest.raises(UserError, match="did you mean 'race'"):
        crossed({"race": columns["a"]}, ["rase"])
    with pytest.raises(UserError, match="holds text"):
        crossed({"name": Column("text", np.array(["u", "v", "w"]))}, ["name"])
