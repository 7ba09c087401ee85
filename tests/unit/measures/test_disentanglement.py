"""Each measure of disentanglement on tables small enough to work out by hand."""

import math

import numpy as np
import pytest

from allegory.data.dataset import Column
from allegory.errors import UserError
from allegory.measures.disentanglement.dci import dci
from allegory.measures.disentanglement.factor_vae import factor_vae
from allegory.measures.disentanglement.factors import table_of
from allegory.measures.disentanglement.mig import mig
from allegory.measures.disentanglement.sap import sap
from known_codes import binary, factors, noise, standard

BITS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 100, float)
COLUMNS = binary("0011", "0101")


def test_two_binary_factors_coded_by_themselves():
    found = mig(BITS, COLUMNS)
    assert found.score.mean == pytest.approx(1)
    assert found.score.high - found.score.low < 1e-9
    np.testing.assert_allclose(found.entropy, math.log(2))
    np.testing.assert_allclose(found.information, math.log(2) * np.eye(2), atol=1e-12)
    assert sap(BITS, COLUMNS).score.mean == pytest.approx(1)
    assert sap(BITS, COLUMNS).unadjusted == pytest.approx(1 / 2)
    found = dci(BITS, COLUMNS, trees=5)
    assert found.disentanglement.mean == pytest.approx(1)
    assert found.completeness.mean == pytest.approx(1)
    assert found.informativeness == 1


def test_a_sum_of_two_bits():
    # z = a + b is 0, 1, 1, 2: H(a | z) = ½ ln 2, so I = ½ ln 2; z2 = b knows nothing of a.
    # a: (½ − 0) ln 2 / ln 2 = ½; b: I(z1) = ½ ln 2, I(z2) = ln 2, so (1 − ½) = ½
    codes = np.stack([BITS.sum(1), BITS[:, 1]], axis=1)
    found = mig(codes, COLUMNS)
    np.testing.assert_allclose(found.information, math.log(2) * np.array([[0.5, 0.5], [0, 1]]))
    assert found.score.mean == pytest.approx(1 / 2)
    # one threshold on z1 is right for 3 of 4, adjusted (¾ − ½) / ½ = ½
    np.testing.assert_allclose(sap(codes, COLUMNS).predictability, [[0.5, 0.5], [0, 1]], atol=0.1)


def test_squared_correlation_by_hand():
    # v = (−1, 0, 1), z1 = (−1, −1, 2): r = 3 / √(2 · 6), r² = ¾; z2 = (1, −2, 1): r = 0
    v = Column("number", np.array([-1.0, 0, 1] * 20))
    codes = np.array([[-1.0, 1], [-1, -2], [2, 1]] * 20)
    found = sap(codes, {"v": v})
    np.testing.assert_allclose(found.predictability[:, 0], [0.75, 0], atol=1e-12)
    assert found.score.mean == pytest.approx(0.75)
    assert found.unadjusted == pytest.approx(0.75)


def test_one_latent_has_no_rival():
    found = mig(BITS[:, :1], COLUMNS)
    assert found.factors["a"].mean == pytest.approx(1)
    assert found.factors["b"].mean == pytest.approx(0)
    assert found.information.shape == (1, 2)
    assert sap(BITS[:, :1], {"a": COLUMNS["a"]}).score.mean == pytest.approx(1)
    assert dci(BITS[:, :1], {"a": COLUMNS["a"]}, trees=5).disentanglement.mean == 1


def test_plug_in_bias_is_as_stated():
    n, b, k = 4_000, 20, 4
    columns = {"v": Column("category", np.random.default_rng(0).integers(0, k, n), tuple("abcd"))}
    uniform = np.random.default_rng(1).uniform(size=(n, 200))
    found = mig(uniform, columns).information.mean()
    assert found == pytest.approx((b - 1) * (k - 1) / (2 * n), rel=0.05)


def test_bins_of_equal_count_see_through_a_skewed_factor():
    rng = np.random.default_rng(0)
    columns = {name: Column("number", rng.exponential(size=5_000)) for name in "ab"}
    z = standard(columns)
    assert mig(z, columns).score.mean < 0.9
    assert mig(z, columns, spacing="count").score.mean > 0.97


def test_importance_columns_sum_to_one_and_weights_are_rho():
    found = dci(noise(400, 3), factors(400), trees=5)
    np.testing.assert_allclose(found.importance.sum(0), 1)
    rho = found.importance.sum(1) / found.importance.sum()
    assert found.disentanglement.mean == pytest.approx(float(rho @ found.latents))
    completeness = np.mean([f.completeness for f in found.factors.values()])
    assert found.completeness.mean == pytest.approx(completeness)


def test_a_factor_that_no_latent_holds_is_not_informative():
    columns = factors(2_000)
    z = standard(columns)
    z[:, [0, 3]] = noise(2_000, 2)
    found = dci(z, columns, trees=20).factors
    assert found["nod"].score.mean > 0.98
    assert abs(found["turn"].score.mean) < 0.1
    assert found["hair"].score.mean == pytest.approx(found["hair"].chance, abs=0.06)


def test_votes_of_a_code_that_mixes_two_names():
    # both latents hold a, none holds b: a is always named for its latents; b gets what is left
    codes = np.concatenate([BITS[:, :1], noise(400, 1)], axis=1)
    found = factor_vae(codes, COLUMNS, rng=0, batch=32, resamples=2)
    assert found.factors["a"].mean == 1
    assert found.votes[:, 0].tolist() == [2_500, 0]
    assert found.chance == 1 / 2


def test_a_nearly_constant_latent_is_left_out_on_demand():
    codes = np.concatenate([BITS, 1e-3 * noise(400, 1)], axis=1)
    assert factor_vae(codes, COLUMNS, rng=0, resamples=2).basis.latents == (0, 1, 2)
    assert factor_vae(codes, COLUMNS, rng=0, least_std=0.05, resamples=2).basis.latents == (0, 1)


def test_equal_bins_hold_equally_many():
    table = table_of(noise(1_000), {"v": Column("number", noise(1_000)[:, 0] ** 3)}, bins=8)
    assert np.bincount(table.factors[0].bins).tolist() == [125] * 8


def test_a_number_of_few_values_has_a_bin_for_each():
    values = np.array([5.0, 7.0, 7.0, 9.0] * 10)
    table = table_of(noise(40), {"v": Column("number", values)})
    assert np.bincount(table.factors[0].bins).tolist() == [10, 20, 10]


def test_what_is_left_out_is_said():
    columns = {
        **factors(100),
        "file": Column("text", np.array(["a"] * 100)),
        "same": Column("category", np.zeros(100, np.int64), ("x", "y")),
        "rare": Column("number", np.array([1.0, 2.0] + [np.nan] * 98)),
        "gap": Column("category", np.array([-1] * 10 + [0, 1] * 45), ("x", "y")),
    }
    basis = table_of(noise(100), columns).basis
    assert basis.left_out == {"file": "text", "same": "constant", "rare": "mostly missing"}
    assert (basis.n, basis.dropped) == (90, 10)
    assert basis.factors == ("turn", "nod", "smile", "hair", "gap")


@pytest.mark.parametrize(
    ("codes", "columns", "says"),
    [
        (noise(50), factors(40), "50 codes, but 'turn' is known of 40"),
        (np.full((40, 2), np.nan), factors(40), "not finite"),
        (noise(40), {"file": Column("text", np.array(["a"] * 40))}, "none varies"),
        (noise(12), factors(12), "only 12 examples"),
    ],
)
def test_what_cannot_be_measured_is_said(codes, columns, says):
    with pytest.raises(UserError, match=says):
        mig(codes, columns)


def test_codes_that_are_not_finite_do_not_pass_for_collapsed_ones():
    codes = noise(400)
    codes[7, 0] = np.nan
    with pytest.raises(UserError, match="not finite"):
        factor_vae(codes, factors(400), rng=0)


def test_bins_too_small_to_hold_fixed():
    with pytest.raises(UserError, match="'turn' holds 20 examples"):
        factor_vae(noise(60), factors(60), rng=0)
