"""Directions along which codes differ most."""

import numpy as np
import pytest
import torch

from allegory.data.dataset import Column
from allegory.tools.spread import along, directions
from fakes import identity_vae


def codes(n=400, seed=0):
    """Widest along (3, 4) / 5, then at right angles; the third latent is still."""
    rng = np.random.default_rng(seed)
    a, b = rng.standard_normal((2, n)) * [[5.0], [1.0]]
    z = np.stack([0.6 * a - 0.8 * b + 1, 0.8 * a + 0.6 * b + 2, np.full(n, 3.0)], 1)
    return z, a


def test_the_widest_comes_first_and_is_named():
    z, a = codes()
    found = directions(z, {"size": Column("number", a)}, 3)
    assert len(found) == 2
    np.testing.assert_allclose(np.abs(found[0].vector), [0.6, 0.8, 0], atol=0.02)
    assert found[0].std == pytest.approx(5, rel=0.1)
    assert found[0].share == pytest.approx(25 / 26, abs=0.02)
    assert found[0].name.startswith("size (")
    assert found[1].name is None
    assert np.std(found[0].places) == pytest.approx(1)
    assert sum(d.share for d in found) == pytest.approx(1)


def test_ends_hold_the_outermost_the_most_typical_first():
    z, _ = codes()
    d = directions(z, {}, 1)[0]
    low, high = d.ends
    assert len(low) == len(high) == 20
    assert d.places[low].max() < d.places.mean() < d.places[high].min()
    beside = np.linalg.norm(z - z.mean(0) - np.outer((z - z.mean(0)) @ d.vector, d.vector), axis=1)
    assert (np.diff(beside[low]) >= 0).all()


def test_the_way_leads_through_the_mean():
    z, _ = codes()
    d = directions(z, {}, 1)[0]
    way = along(identity_vae(3), z, d, np.array([-1.0, 0.0, 1.0]))
    torch.testing.assert_close(way[1], torch.from_numpy(z.mean(0)).float())
    step = torch.from_numpy(d.std * d.vector).float()
    torch.testing.assert_close(way[2] - way[1], step)


def test_codes_that_do_not_differ_have_no_directions():
    assert directions(np.ones((9, 3)), {}, 4) == []
