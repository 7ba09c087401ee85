"""New examples for thin regions: where they are made, and between which."""

import numpy as np
import pytest

from allegory.errors import UserError
from allegory.tools.fill import fill
from fakes import identity_vae

CODES = np.concatenate([np.random.default_rng(0).normal(size=(50, 2)), [[9, 9], [9.5, 9]]]).astype(
    np.float32
)
WEIGHTS = np.array([0.8] * 50 + [6.0, 6.0])


def test_they_lie_between_rare_examples_and_their_neighbours():
    found = fill(identity_vae(2), CODES[50:], WEIGHTS[50:], 40, seed=0)
    x = found.x.numpy()
    assert ((x >= CODES[50] - 1e-5) & (x <= CODES[51] + 1e-5)).all()
    assert len(np.unique(x, axis=0)) == 40


def test_they_are_made_where_examples_are_wanting():
    found = fill(identity_vae(2), CODES, WEIGHTS, 200, seed=0)
    assert set(found.origins.tolist()) == {50, 51}
    even = fill(identity_vae(2), CODES, np.ones(52), 400, seed=0)
    assert len(set(even.origins.tolist())) > 40


def test_neighbours_are_of_the_same_group():
    groups = np.arange(52) % 2
    line = np.stack([groups * 100.0, np.arange(52)], 1).astype(np.float32)
    x = fill(identity_vae(2), line, np.ones(52), 100, groups, seed=0).x.numpy()
    assert np.isin(x[:, 0], [0, 100]).all()


def test_an_example_that_is_alone_in_its_group_is_its_own_neighbour():
    groups = np.array([0] * 51 + [1])
    weights = np.zeros(52)
    weights[51] = 52
    x = fill(identity_vae(2), CODES, weights, 5, groups, seed=0).x.numpy()
    np.testing.assert_allclose(x, np.tile(CODES[51], (5, 1)))


def test_the_same_seed_makes_the_same():
    a, b, c = (fill(identity_vae(2), CODES, WEIGHTS, 9, seed=s).x for s in (1, 1, 2))
    assert a.equal(b)
    assert not a.equal(c)


@pytest.mark.parametrize(("codes", "n"), [(CODES, 0), (CODES[:1], 3)])
def test_what_cannot_be_made_is_told(codes, n):
    with pytest.raises(UserError, match="can't make"):
        fill(identity_vae(2), codes, np.ones(len(codes)), n, seed=0)
