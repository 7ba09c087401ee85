"""Codes in the plane."""

import numpy as np
import pytest

from allegory.tools.plane import in_the_plane


def test_groups_stay_together():
    rng = np.random.default_rng(0)
    which = np.arange(90) % 3
    z = rng.standard_normal((90, 8)) + 12 * np.eye(3, 8)[which]
    places = in_the_plane(z, 0)
    assert places.shape == (90, 2)
    assert places.min() == 0
    assert places.max() == 1
    away = np.linalg.norm(places[:, None] - places[None], axis=2) + 9 * np.eye(90)
    assert (which[away.argmin(1)] == which).mean() > 0.95
    np.testing.assert_array_equal(places, in_the_plane(z, 0))


@pytest.mark.parametrize("shape", [(1, 4), (2, 3), (5, 3), (9, 1), (40, 2), (40, 1)])
def test_few_examples_and_few_latents(shape):
    places = in_the_plane(np.random.default_rng(0).standard_normal(shape), 0)
    assert places.shape == (shape[0], 2)
    assert np.isfinite(places).all()


def test_codes_that_are_all_alike_lie_in_the_middle():
    np.testing.assert_array_equal(in_the_plane(np.ones((30, 4)), 0), 0.5)
