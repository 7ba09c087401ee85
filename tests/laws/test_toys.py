"""Laws of the toys: a density that integrates to 1 and that the samples follow."""

import numpy as np
import pytest

from allegory.data.sources.toys import TOYS, Mixture, NoisyCurves

names = pytest.mark.parametrize("name", TOYS)


def boxes(toy, margin):
    """Squares, sides along the axes, that hold all but a rounding of the mass, and do not meet."""
    if isinstance(toy, Mixture) and len(toy.centres) > 2:
        return [
            (np.array(c) - margin * s, np.array(c) + margin * s)
            for c, s in zip(toy.centres, toy.sigma, strict=True)
        ]
    centres, _, sigma = toy.components()
    return [(centres.min(0) - margin * sigma.max(), centres.max(0) + margin * sigma.max())]


def grid_of(low, high, step):
    axes = [np.arange(a, b, step) + step / 2 for a, b in zip(low, high, strict=True)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))


@names
def test_the_density_integrates_to_1(name):
    toy = TOYS[name]
    total = 0.0
    for low, high in boxes(toy, 6.0):
        step = float(np.min(toy.sigma)) / 1.5
        x = grid_of(low, high, step)
        total += np.exp(toy.log_density(x)).sum() * step ** x.shape[1]
    assert total == pytest.approx(1.0, abs=1e-6)


@names
def test_samples_follow_the_density(name):
    """The mean log-density of samples is minus the entropy, taken by integration."""
    toy = TOYS[name]
    entropy = 0.0
    for low, high in boxes(toy, 6.0):
        step = float(np.min(toy.sigma)) / 1.5
        x = grid_of(low, high, step)
        log_p = toy.log_density(x)
        entropy -= (np.exp(log_p) * log_p).sum() * step ** x.shape[1]
    log_p = toy.log_density(toy.sample(20_000, seed=1))
    error = log_p.std() / np.sqrt(len(log_p))
    assert abs(log_p.mean() + entropy) < 4.5 * error


@names
def test_samples_fill_cells_as_the_density_says(name):
    toy = TOYS[name]
    x = toy.sample(40_000, seed=2)
    middle = np.median(x, axis=0)
    cell = ((x > middle) * 2 ** np.arange(x.shape[1])).sum(axis=1)
    expected = np.zeros(2 ** x.shape[1])
    for low, high in boxes(toy, 6.0):
        step = float(np.min(toy.sigma)) / 1.5
        points = grid_of(low, high, step)
        mass = np.exp(toy.log_density(points)) * step ** x.shape[1]
        at = ((points > middle) * 2 ** np.arange(x.shape[1])).sum(axis=1)
        expected += np.bincount(at, mass, minlength=len(expected))
    np.testing.assert_allclose(np.bincount(cell) / len(x), expected, atol=0.02)


@names
def test_samples_are_seeded(name):
    toy = TOYS[name]
    assert toy.sample(50, 3).dtype == np.float64
    np.testing.assert_array_equal(toy.sample(50, 3), toy.sample(50, 3))
    assert not np.array_equal(toy.sample(50, 3), toy.sample(50, 4))


@pytest.mark.parametrize("name", [n for n, t in TOYS.items() if isinstance(t, NoisyCurves)])
def test_the_quadrature_has_converged(name):
    """Against Simpson's rule with 200,000 intervals, near the curve and far from it."""
    toy = TOYS[name]
    t, step = np.linspace(toy.start, toy.end, 200_001, retstep=True)
    rng = np.random.default_rng(0)
    x = np.concatenate([toy.sample(6, 0), rng.uniform(-4, 4, (6, 2))])
    for point, log_p in zip(x, toy.log_density(x), strict=True):
        terms = np.zeros_like(t)
        for curve in toy.curves:
            terms += np.exp(-((point - curve(t)) ** 2).sum(1) / (2 * toy.sigma**2) - log_p)
        terms[1:-1:2] *= 4 / 3
        terms[2:-1:2] *= 2 / 3
        terms[[0, -1]] /= 3
        normal = len(toy.curves) * (toy.end - toy.start) * 2 * np.pi * toy.sigma**2
        assert terms.sum() * step / normal == pytest.approx(1.0, abs=1e-8)
