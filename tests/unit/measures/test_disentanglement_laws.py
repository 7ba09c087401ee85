"""What every measure of disentanglement has to say of codes whose quality is known."""

import numpy as np
import pytest

from allegory.measures.disentanglement.dci import dci
from allegory.measures.disentanglement.factor_vae import factor_vae
from allegory.measures.disentanglement.mig import mig
from allegory.measures.disentanglement.sap import sap
from known_codes import factors, noise, rotated, standard

FACTORS = factors()
PERFECT = standard(FACTORS)

MEASURES = {
    # bins of equal width and of equal count meet at other places: see the test of the default
    "mig": lambda z, c: [mig(z, c, spacing="count").score],
    "dci": lambda z, c: [(d := dci(z, c, trees=10)).disentanglement, d.completeness],
    "factor_vae": lambda z, c: [factor_vae(z, c, rng=0, held_out_votes=4_000, resamples=8).score],
    "sap": lambda z, c: [sap(z, c).score],
}
CHANCE = {"mig": 0.0, "dci": 0.0, "factor_vae": 0.25, "sap": 0.0}

every = pytest.mark.parametrize("name", MEASURES)


def score(name, codes, columns=FACTORS):
    return np.array([found.mean for found in MEASURES[name](codes, columns)])


@every
def test_a_perfect_code_scores_one(name):
    # of MIG the information of the next best latent has the plug-in bias that `mig` states
    biases = [19 * (k - 1) / (2 * 2_000) / np.log(k) for k in (20, 20, 20, 4)]
    lost = 1.5 * np.mean(biases) if name == "mig" else 0.02
    assert (score(name, PERFECT) > 1 - lost).all()
    assert (score(name, PERFECT) <= 1 + 1e-9).all()


@every
def test_noise_scores_chance(name):
    assert np.abs(score(name, noise()) - CHANCE[name]).max() < 0.03


@every
def test_a_rotated_code_lies_between(name):
    found = score(name, rotated(PERFECT))
    assert (found > CHANCE[name] + 0.02).all()
    assert (found < score(name, PERFECT) - 0.1).all()


def test_mig_with_bins_of_equal_width_nears_one_with_more_examples():
    few, many = (mig(standard(factors(n)), factors(n)).score.mean for n in (2_000, 20_000))
    assert few < many < 1
    assert many > 0.95


@every
def test_order_sign_and_scale_of_latents_do_not_matter(name):
    z = rotated(PERFECT) + 0.3 * noise()
    moved = z[:, [2, 0, 3, 1]] * np.array([1e-3, 5.0, 1e4, 0.5]) + np.array([0.0, 3.0, -9.0, 1.0])
    tolerance = 0.02 if name in ("dci", "factor_vae") else 1e-9  # their draws fall on others
    np.testing.assert_allclose(score(name, moved), score(name, z), atol=tolerance)


@every
def test_dead_latents_change_nothing(name):
    z = rotated(PERFECT)
    dead = np.concatenate([np.full((len(z), 2), 0.1), z, np.zeros((len(z), 1))], axis=1)
    np.testing.assert_allclose(score(name, dead), score(name, z), atol=1e-12)


@every
def test_a_code_of_dead_latents_only_scores_chance(name):
    assert np.abs(score(name, np.ones((2_000, 3))) - CHANCE[name]).max() < 0.01


@every
def test_a_missing_value_drops_its_example_only(name):
    holed = dict(FACTORS)
    values = holed["turn"].values.copy()
    values[:100] = np.nan
    holed["turn"] = type(holed["turn"])("number", values)
    found = score(name, rotated(PERFECT), holed)
    rest = {k: type(c)(c.kind, c.values[100:], c.names) for k, c in FACTORS.items()}
    np.testing.assert_array_equal(found, score(name, rotated(PERFECT)[100:], rest))


def test_a_latent_twice_takes_completeness_and_gaps_but_not_disentanglement():
    twice = np.concatenate([PERFECT, PERFECT], axis=1)
    assert score("mig", twice) < 1e-9
    assert score("sap", twice) < 1e-9
    disentanglement, completeness = score("dci", twice)
    assert disentanglement > 0.97
    # an even share between two of eight latents: 1 − ln 2 / ln 8
    assert completeness == pytest.approx(2 / 3, abs=0.03)
    assert score("factor_vae", twice) > 0.97


@every
def test_two_samples_of_one_code_agree_within_their_intervals(name):
    def found(seed):
        columns = factors(2_000, seed)
        return MEASURES[name](rotated(standard(columns)) + 0.5 * noise(seed=seed + 50), columns)

    agree = []
    for seed in range(0, 8, 2):
        for a, b in zip(found(seed), found(seed + 1), strict=True):
            assert 0 < a.high - a.mean < 0.15
            widths = np.hypot(a.high - a.mean, b.high - b.mean)
            agree.append(abs(a.mean - b.mean) <= 1.3 * widths)
    assert np.mean(agree) >= 0.75
