"""Rarity by codes, and weights that even it out: laws of every way to compute them."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from allegory.errors import UserError
from allegory.measures.rarity import (
    CAP,
    balancing_weights,
    capped_weights,
    effective_size,
    histogram_weights,
    kernel_weights,
    log_alike,
    log_histograms,
    rarity,
)

WAYS = [kernel_weights, histogram_weights]
LOG_DENSITIES = [log_alike, log_histograms]


def two_modes(often=300, rare=15, latents=3, seed=0):
    """Codes of a large cluster and then of a small one of the same width."""
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((often + rare, latents))
    z[often:] += 12
    return z


@pytest.mark.parametrize("weigh", WAYS)
def test_alpha_without_bounds_makes_all_weights_alike(weigh):
    z = two_modes()
    np.testing.assert_array_equal(weigh(z, alpha=np.inf), 1)
    away = [np.abs(weigh(z, alpha=alpha) - 1).max() for alpha in (1, 1e2, 1e4, 1e6)]
    assert away == sorted(away, reverse=True)
    assert away[-1] < 1e-4


@pytest.mark.parametrize("weigh", [*WAYS, *LOG_DENSITIES])
def test_the_order_of_the_data_does_not_matter(weigh):
    z = two_modes()
    order = np.random.default_rng(1).permutation(len(z))
    np.testing.assert_allclose(weigh(z[order]), weigh(z)[order], rtol=1e-9)


def test_neither_does_it_where_not_all_examples_are_references(monkeypatch):
    monkeypatch.setattr("allegory.measures.rarity.REFERENCES", 50)
    test_the_order_of_the_data_does_not_matter(kernel_weights)
    assert kernel_weights(two_modes())[300:].min() > kernel_weights(two_modes())[:300].mean()


@pytest.mark.parametrize("weigh", WAYS)
@pytest.mark.parametrize("cap", [1.0, 1.5, 4.0, 1e9])
def test_weights_have_mean_1_and_keep_the_cap(weigh, cap):
    w = weigh(two_modes(), cap=cap)
    assert w.mean() == pytest.approx(1)
    assert w.min() > 0
    assert w.max() <= cap


@pytest.mark.parametrize("weigh", WAYS)
@pytest.mark.parametrize("latents", [1, 500, 4096])
def test_many_latents_overflow_nothing(weigh, latents):
    z = np.random.default_rng(0).standard_normal((60, 1)).repeat(latents, 1)
    z[0] = 40.0  # alone in every latent: by the product its weight is beyond any float
    w = weigh(z)
    assert np.isfinite(w).all()
    assert w.mean() == pytest.approx(1)
    assert w[0] == w.max() == pytest.approx(CAP)
    assert w[1:].min() > 0


@pytest.mark.parametrize("weigh", WAYS)
def test_a_rare_mode_weighs_more(weigh):
    z = two_modes()
    w = weigh(z)
    share = w[300:].sum() / w.sum()
    assert share > 3 * 15 / 315
    assert w[300:].mean() > 3 * w[:300].mean()


@pytest.mark.parametrize("density", LOG_DENSITIES)
def test_a_rare_mode_is_rare(density):
    z = two_modes()
    assert np.median(rarity(density(z))[300:]) > 0.9


def test_codes_that_are_all_alike_weigh_the_same():
    for weigh in WAYS:
        np.testing.assert_allclose(weigh(np.full((9, 4), 2.5)), 1)
    np.testing.assert_array_equal(log_alike(np.full((9, 4), 2.5)), 0)


@pytest.mark.parametrize("latents", [2, 10, 40])
def test_the_rare_are_told_apart_in_many_dimensions_too(latents):
    z = np.random.default_rng(0).standard_normal((2_000, latents))
    away = (z**2).sum(1)
    alike = 2_000 * np.exp(log_alike(z))
    assert np.median(alike) >= 0.9 * 2_000**0.5
    weights = balancing_weights(log_alike(z))
    assert weights[away > np.quantile(away, 0.9)].mean() > 1.5
    assert weights[away < np.quantile(away, 0.1)].mean() < 0.7


def test_alikeness_depends_on_neither_unit_nor_rotation():
    z = two_modes()
    turn, _ = np.linalg.qr(np.random.default_rng(2).standard_normal((3, 3)))
    np.testing.assert_allclose(log_alike(1e-3 * z @ turn + 7), log_alike(z), rtol=1e-6)
    # a latent that does not vary says nothing
    still = np.concatenate([z, np.full((len(z), 5), 3.0)], 1)
    np.testing.assert_allclose(log_alike(still), log_alike(z), rtol=1e-9)


@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=30), st.floats(1, 50))
@example([15.0, -718.0], 3.0)  # of weights below the least normal number few digits are left
def test_capped_weights_keep_sum_order_and_cap(logs, cap):
    logs = np.array(logs)
    w = capped_weights(logs, cap)
    assert w.sum() == pytest.approx(len(logs), rel=1e-6)
    assert w.max() <= cap
    assert (np.diff(w[np.argsort(logs)]) >= 0).all()
    free = (w < cap * (1 - 1e-6)) & (w > np.finfo(np.float64).tiny)
    ratio = np.log(w[free]) - logs[free]
    assert ratio.size == 0 or np.ptp(ratio) < 1e-6


def test_known_weights():
    # densities 1 and 3: mean 2; w ∝ 1 / (p / 2 + 1/2) = 1, 1/2
    np.testing.assert_allclose(balancing_weights(np.log([1.0, 3.0]), 0.5), [4 / 3, 2 / 3])
    np.testing.assert_allclose(balancing_weights(np.log([1.0, 3.0]), 0.0), [1.5, 0.5])
    np.testing.assert_allclose(capped_weights(np.log([8.0, 1.0, 1.0]), 2.0), [2, 0.5, 0.5])


def test_effective_size():
    assert effective_size(np.full(7, 3.0)) == pytest.approx(7)
    assert effective_size(np.eye(7)[0]) == pytest.approx(1)


@given(st.lists(st.floats(-50, 0), min_size=1, max_size=40))
def test_rarity_has_mean_a_half_and_falls_with_density(logs):
    found = rarity(np.array(logs))
    assert found.mean() == pytest.approx(0.5)
    assert ((found > 0) & (found < 1)).all()
    assert (np.diff(found[np.argsort(logs, kind="stable")]) <= 0).all()


@pytest.mark.parametrize("weigh", WAYS)
@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"alpha": -1}, "alpha"), ({"alpha": np.nan}, "alpha"), ({"cap": 0.5}, "cap")],
)
def test_numbers_out_of_range_are_told(weigh, wrong, said):
    with pytest.raises(UserError, match=said):
        weigh(two_modes(), **wrong)


@pytest.mark.parametrize("weigh", [*WAYS, *LOG_DENSITIES])
def test_codes_that_are_none_are_told(weigh):
    for codes in (np.empty((0, 3)), np.full((4, 2), np.nan)):
        with pytest.raises(UserError, match="finite"):
            weigh(codes)
