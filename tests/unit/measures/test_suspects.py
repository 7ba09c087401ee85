"""Labels in doubt: the wrong ones are found, and a judge who knows nothing keeps silent."""

import numpy as np
import pytest

from allegory.data.dataset import Column
from allegory.measures.suspects import FEWEST, label_suspects


def labelled(n=300, wrong=12, apart=4.0, seed=0):
    """Two clusters, features that tell them apart, and a few examples with the other label."""
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % 2
    features = rng.standard_normal((n, 3)) + apart * truth[:, None]
    given = truth.copy()
    rows = rng.permutation(n)[:wrong]
    given[rows] = 1 - given[rows]
    return features, Column("category", given.astype(np.int64), ("cat", "dog")), rows, truth


def test_labels_in_doubt_are_the_wrong_ones():
    features, column, rows, truth = labelled()
    found = label_suspects(features, column, 0)
    assert set(found.rows.tolist()) <= set(rows.tolist())
    # those that look less like their class than its usual member are not accused
    assert len(found.rows) >= 6
    np.testing.assert_array_equal(found.told, truth[found.rows])
    assert found.able
    assert found.accuracy == pytest.approx(1 - 12 / 300, abs=0.03)
    assert found.frequent == pytest.approx(0.5, abs=0.05)


def test_right_labels_of_clear_classes_are_left_alone():
    features, column, _, _ = labelled(wrong=0, apart=8.0)
    assert not len(label_suspects(features, column, 0).rows)


@pytest.mark.parametrize("seed", range(4))
def test_features_that_tell_nothing_make_no_judge(seed):
    features, column, _, _ = labelled(apart=0.0, seed=seed)
    assert not label_suspects(features, column, 0).able


def test_missing_labels_and_small_classes_are_not_judged():
    features, column, _, _ = labelled()
    values = column.values.copy()
    values[:50] = -1
    values[50:54] = 2
    found = label_suspects(features, Column("category", values, ("cat", "dog", "emu")), 0)
    assert found.judged == 246
    assert (found.rows >= 54).all()
    assert set(found.told.tolist()) <= {0, 1}


def test_there_must_be_two_classes_that_are_large_enough():
    values = np.zeros(40, np.int64)
    values[: FEWEST - 1] = 1
    features = np.random.default_rng(0).standard_normal((40, 2))
    assert label_suspects(features, Column("category", values, ("a", "b")), 0) is None
