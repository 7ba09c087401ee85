"""The outlier detector in the shape of scikit-learn's."""

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import allegory

QUICK = {"images": 3_000, "random_state": 0}


@parametrize_with_checks([allegory.OutlierDetector(images=640, random_state=0)])
def test_scikit_learn_takes_it_for_one_of_its_own(estimator, check):
    check(estimator)  # none is left out


def rows(n=1200, seed=0):
    """A noisy sheet in five dimensions, in odd units."""
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, n))
    x = np.stack([a, b, a + b, a * b, np.sin(2 * a)], 1) + 0.1 * rng.normal(size=(n, 5))
    return x * [1, 100, 1e-3, 1, 5] + [0, 7, 0, 1e3, 0]


@pytest.fixture(scope="module")
def detector():
    return allegory.OutlierDetector(**QUICK).fit(rows())


def test_it_flags_as_many_normal_rows_as_asked_and_most_strange_ones():
    detector = allegory.OutlierDetector(random_state=0).fit(rows())
    assert (detector.predict(rows(4000, seed=1)) < 0).mean() == pytest.approx(0.05, abs=0.04)
    strange = rows(400, seed=2)
    strange[:, 2] *= -1  # each column alone is as it was
    assert (detector.predict(strange) < 0).mean() > 0.4
    assert (detector.predict(rows(50) + 1000 * rows().std(0)) < 0).all()


def test_more_false_alarms_are_a_lower_bar():
    strict, loose = (
        allegory.OutlierDetector(false_alarms=share, **QUICK).fit(rows()) for share in (0.02, 0.3)
    )
    x = rows(1000, seed=1)
    np.testing.assert_array_equal(strict.score_samples(x), loose.score_samples(x))
    assert (strict.predict(x) < 0).sum() < (loose.predict(x) < 0).sum()


def test_the_same_seed_is_the_same_detector_and_nothing_around_it_changes(detector):
    around = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    again = clone(detector).fit(rows())
    x = rows(100, seed=1)
    np.testing.assert_array_equal(again.score_samples(x), detector.score_samples(x))
    assert again.offset_ == detector.offset_
    assert torch.equal(torch.get_rng_state(), around[0])
    np.testing.assert_array_equal(np.random.get_state()[1], around[1])  # noqa: NPY002
    other = allegory.OutlierDetector(images=3_000, random_state=1).fit(rows())
    assert other.offset_ != detector.offset_


def test_it_serves_in_pipelines_and_cross_validation():
    pipe = make_pipeline(StandardScaler(), allegory.OutlierDetector(**QUICK))
    assert set(pipe.fit_predict(rows(200))) <= {-1, 1}
    found = cross_val_predict(allegory.OutlierDetector(**QUICK), rows(90), cv=2)
    assert found.shape == (90,)


def test_few_rows_flag_what_is_beyond_all_of_them():
    detector = allegory.OutlierDetector(**QUICK).fit(rows(30))
    assert np.isfinite(detector.offset_)
    assert detector.predict(rows(1) + 1e4 * rows().std(0)) == -1


def test_a_row_that_is_out_of_all_proportion_does_not_belong(detector):
    far = rows(3, seed=1)
    far[np.arange(3), np.arange(3)] = [1e25, -1e40, 1e300]
    assert np.isfinite(detector.score_samples(far)).all()
    assert (detector.predict(far) == -1).all()


def test_a_column_that_does_not_vary_is_not_measured_by_its_rounding():
    x = rows(60)
    x[:, 2] = 0.1  # the deviation of many 0.1 is 1e-17
    detector = allegory.OutlierDetector(**QUICK).fit(x)
    near = x + np.array([0, 0, 1e-12, 0, 0])
    np.testing.assert_allclose(detector.score_samples(near), detector.score_samples(x), atol=1e-3)


def test_a_share_that_is_none_is_refused():
    with pytest.raises(allegory.UserError, match=r"in \(0, 1\)"):
        allegory.OutlierDetector(false_alarms=1.0).fit(rows(100))
