"""Completeness of latent spaces that are full, half full and hollow."""

import numpy as np
import pytest
import torch

from allegory.capabilities import LatentSpace
from allegory.data.dataset import Dataset
from allegory.errors import UserError
from allegory.measures.latent.completeness import completeness, share_within
from allegory.media import Vectors
from fakes import LinearCoder, ellipses, fit, identity_vae


def vectors(values):
    store = values.astype(np.float32)
    media = Vectors((0.0,) * store.shape[1], (1.0,) * store.shape[1])
    return Dataset("drawn", media, store, np.arange(len(store)))


def normal(n, seed):
    return np.random.default_rng(seed).standard_normal((n, 2))


REFERENCE, HELD_OUT = vectors(normal(2_000, 0)), vectors(normal(1_000, 1))


class Exact:
    """Decodes and encodes as it is told, without spread; draws from N(0, std²)."""

    def __init__(self, decode=lambda z: z, encode=lambda x: x, std=1.0):
        self.media, self.decode, self._encode = REFERENCE.media, decode, encode
        self.latent = LatentSpace(2, torch.zeros(2), torch.full((2,), std), True)

    def encode(self, x):
        code = self._encode(x)
        return type(identity_vae(2).encode(x))(code, torch.zeros_like(code))


def test_the_identity_on_normal_data_is_complete():
    found = completeness(Exact(), REFERENCE, HELD_OUT, rng=0)
    assert found.share.low < 0.95 < found.share.high
    assert found.ratio.low < 1 < found.ratio.high
    assert found.share.high - found.share.low < 0.08
    assert (found.references, found.held_out, found.share.n) == (2_000, 1_000, 1_000)


def test_half_a_space_without_data_halves_the_share():
    def torn(z):
        return torch.where(z[:, :1] > 0, z + 20, z)

    left = [
        vectors(np.stack([-abs(d.store[:, 0]), d.store[:, 1]], 1)) for d in (REFERENCE, HELD_OUT)
    ]
    found = completeness(Exact(torn), *left, draws=2_000, rng=0)
    assert found.share.mean == pytest.approx(0.95 / 2, abs=0.04)


def test_a_ring_has_a_hollow_middle():
    angle = np.random.default_rng(0).uniform(0, 2 * np.pi, 3_000)
    ring = np.stack([np.cos(angle), np.sin(angle)], 1) * 1.4
    model = LinearCoder(REFERENCE.media, torch.zeros(2), torch.eye(2))
    found = completeness(model, vectors(ring[:2_000]), vectors(ring[2_000:]), rng=0)
    assert found.share.high < 0.2


def test_draws_too_wide_are_less_complete():
    shares = [completeness(Exact(std=s), REFERENCE, HELD_OUT, rng=0).share.mean for s in (1, 2, 4)]
    assert shares == sorted(shares, reverse=True)
    assert shares[2] < 0.5


def test_units_of_data_and_latents_do_not_matter():
    expected = completeness(Exact(std=1.5), REFERENCE, HELD_OUT, rng=0)
    media = REFERENCE.media
    wide = [Dataset("wide", media, 8 * d.store, d.rows) for d in (REFERENCE, HELD_OUT)]
    model = Exact(lambda z: 2 * z, lambda x: x / 2, std=6.0)
    found = completeness(model, *wide, rng=0)
    assert found.share.mean == pytest.approx(expected.share.mean, abs=0.003)
    assert found.ratio.mean == pytest.approx(expected.ratio.mean, rel=1e-2)


def test_pictures_and_a_feature_map():
    data = ellipses(300)
    model = fit(data, 4)
    train, test = data.split("train"), data.split("test")
    found = completeness(model, train, test, draws=200, rng=0)
    assert 0.3 < found.share.mean <= 1
    again = completeness(model, train, test, draws=200, rng=0, features=lambda x: 3 * x + 1)
    assert again.share.mean == pytest.approx(found.share.mean, abs=0.02)
    alike = completeness(model, train, test, draws=200, rng=0, features=lambda x: 0 * x)
    assert alike.share.mean == 1


def test_share_and_ratio_by_hand():
    held_out = torch.arange(1.0, 102.0)  # its 95 % quantile is 96, its median 51
    drawn = torch.tensor([96.0, 97.0, 1.0, 200.0])  # median 96.5
    found = share_within(drawn, held_out, references=7, seed=0)
    assert found.share.mean == 0.5
    assert found.ratio.mean == pytest.approx(96.5 / 51)


def test_the_interval_is_as_wide_as_repetitions_scatter():
    rng = np.random.default_rng(0)

    def once():
        a, b = (
            torch.from_numpy(rng.exponential(size=300)),
            torch.from_numpy(rng.exponential(size=200)),
        )
        return share_within(1.5 * a, b, references=1, seed=0)

    found = [once() for _ in range(30)]
    for part in ("share", "ratio"):
        values = [getattr(f, part) for f in found]
        scatter = np.std([v.mean for v in values])
        said = np.mean([(v.high - v.low) / 2 / 1.96 for v in values])
        assert 0.7 < scatter / said < 1.4


def test_the_same_seed_measures_the_same():
    first, second = (completeness(Exact(), REFERENCE, HELD_OUT, rng=4) for _ in range(2))
    assert first == second


def test_too_few_examples():
    few = HELD_OUT.select(np.arange(5))
    with pytest.raises(UserError, match="20 held-out examples"):
        completeness(Exact(), REFERENCE, few, rng=0)
