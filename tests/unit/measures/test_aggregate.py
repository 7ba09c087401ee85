"""The parts of the KL term where their closed form is known; active units."""

import math

import pytest
import torch

from allegory.errors import UserError
from allegory.measures.latent.active import active_units
from allegory.measures.latent.aggregate import CHUNK, aggregate

PARTS = ("kl", "information", "mismatch", "total_correlation", "dimension_wise")


def posteriors(covariance, std, n=2_000, seed=0):
    """Means and stds of n posteriors whose aggregate is N(0, covariance)."""
    spread = torch.tensor(covariance, dtype=torch.float64)
    root = torch.linalg.cholesky(spread - std**2 * torch.eye(len(spread)))
    rng = torch.Generator().manual_seed(1_000 + seed)
    means = torch.randn(n, len(spread), generator=rng, dtype=torch.float64) @ root.T
    return means, torch.full_like(means, std)


def test_posteriors_equal_to_the_prior_hold_nothing():
    found = aggregate(torch.zeros(300, 3), torch.ones(300, 3), rng=0)
    for part in PARTS:
        assert getattr(found, part).mean == pytest.approx(0, abs=1e-12)


def test_a_normal_aggregate_matches_the_prior():
    found = aggregate(*posteriors([[1.0, 0], [0, 1]], std=0.5), rng=0)
    # I = ½ ln(1 / σ²) a latent
    assert found.information.mean == pytest.approx(2 * math.log(2), abs=0.06)
    assert found.information.low < 2 * math.log(2) < found.information.high + 0.01
    for part in ("mismatch", "total_correlation", "dimension_wise"):
        assert abs(getattr(found, part).mean) < 0.02


def test_total_correlation_of_a_correlated_normal():
    R = [[1.0, 0.8, 0.3], [0.8, 1.0, 0.4], [0.3, 0.4, 1.0]]
    expected = -0.5 * math.log(torch.linalg.det(torch.tensor(R)).item())
    found = aggregate(*posteriors(R, std=0.3), rng=0)
    assert found.total_correlation.mean == pytest.approx(expected, abs=0.06)
    assert found.gaussian_total_correlation == pytest.approx(expected, abs=0.06)
    assert not found.saturated
    assert found.mismatch.mean == pytest.approx(expected, abs=0.06)
    assert abs(found.dimension_wise.mean) < 0.02


def test_a_shifted_and_narrow_aggregate():
    means, stds = posteriors([[0.25]], std=0.3)
    found = aggregate(means + 1, stds, rng=0)
    # KL(N(1, ¼) ‖ N(0, 1)) = ½ (¼ + 1 − 1 − ln ¼)
    expected = 0.5 * (0.25 - math.log(0.25))
    assert found.dimension_wise.mean == pytest.approx(expected, abs=0.08)
    assert found.total_correlation.mean == pytest.approx(0, abs=1e-12)


def test_the_parts_sum_to_the_whole():
    rng = torch.Generator().manual_seed(0)
    means = torch.randn(1_000, 4, generator=rng) + 0.5
    stds = 0.2 + torch.rand(1_000, 4, generator=rng)
    found = aggregate(means, stds, rng=1)
    noise = found.kl.high - found.kl.mean
    assert found.information.mean + found.mismatch.mean == pytest.approx(found.kl.mean, abs=noise)
    assert found.total_correlation.mean + found.dimension_wise.mean == pytest.approx(
        found.mismatch.mean
    )


def test_information_ends_at_the_logarithm_of_the_examples():
    means = 10.0 * torch.arange(50.0)[:, None]
    found = aggregate(means, torch.full_like(means, 0.1), rng=0)
    assert found.information.mean == pytest.approx(math.log(50))
    assert found.saturated


def test_chunks_leave_the_sum_whole():
    n = CHUNK + 70
    means, stds = posteriors([[1.0, 0.5], [0.5, 1.0]], std=0.4, n=n)
    eps = torch.randn(means.shape, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    q = torch.distributions.Normal(means, stds)
    log = q.log_prob((means + stds * eps)[:, None]).sum(2)
    expected = (log.diagonal() - log.logsumexp(1) + math.log(n)).mean()
    found = aggregate(means, stds, rng=3).information.mean
    assert found == pytest.approx(expected.item(), rel=1e-9)


@pytest.mark.parametrize("part", PARTS)
def test_the_interval_is_as_wide_as_repetitions_scatter(part):
    found = [
        getattr(aggregate(*posteriors([[2.0, 0.9], [0.9, 1.0]], 0.4, 300, seed), rng=seed), part)
        for seed in range(60)
    ]
    scatter = torch.tensor([f.mean for f in found]).std()
    said = torch.tensor([(f.high - f.low) / 2 / 1.96 for f in found]).mean()
    assert 0.7 < scatter / said < 1.4


def test_points_have_no_density():
    with pytest.raises(UserError, match="a VAE"):
        aggregate(torch.zeros(5, 2), torch.zeros(5, 2), rng=0)


def test_active_units_by_hand():
    # variances of (−a, a) repeated: a² n / (n − 1)
    sign = torch.tensor([-1.0, 1.0]).repeat(50)[:, None]
    found = active_units(sign * torch.tensor([1.0, 0.05, 0.2, 0.0]) + 3)
    assert found.active == (0, 2)
    assert found.count == 2
    assert found.variance[2] == pytest.approx(0.04 * 100 / 99)
