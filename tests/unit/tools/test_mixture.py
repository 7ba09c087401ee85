"""The mixture finds what it was drawn from."""

import math

import pytest
import torch

from allegory.tools.mixture import Mixture, fit_mixture


def two_normals():
    weights = torch.tensor([0.3, 0.7], dtype=torch.float64)
    means = torch.tensor([[-4.0, 0.0], [4.0, 1.0]], dtype=torch.float64)
    roots = torch.tensor([[[0.5, 0.0], [0.2, 0.3]], [[1.0, 0.0], [0.0, 0.2]]], dtype=torch.float64)
    return Mixture(weights, means, roots)


def test_it_recovers_two_normals():
    true = two_normals()
    found = fit_mixture(true.draw(4_000, 0), components=2, rng=1)
    order = found.means[:, 0].argsort()
    torch.testing.assert_close(found.weights[order], true.weights, atol=0.03, rtol=0)
    torch.testing.assert_close(found.means[order], true.means, atol=0.1, rtol=0)
    z = true.draw(2_000, 2)
    bound, best = found.log_prob(z).logsumexp(1).mean(), true.log_prob(z).logsumexp(1).mean()
    assert best - 0.05 < bound <= best + 0.02


def test_its_density_is_torchs():
    mixture, z = two_normals(), torch.randn(5, 2, dtype=torch.float64)
    for k in range(2):
        normal = torch.distributions.MultivariateNormal(
            mixture.means[k], scale_tril=mixture.roots[k]
        )
        expected = normal.log_prob(z) + math.log(mixture.weights[k])
        torch.testing.assert_close(mixture.log_prob(z)[:, k], expected)


@pytest.mark.parametrize(("n", "components"), [(1, 1), (2, 1), (3, 5), (40, 20)])
def test_few_codes_still_give_something_to_draw_from(n, components):
    codes = torch.randn(n, 6, generator=torch.Generator().manual_seed(0))
    drawn = fit_mixture(codes, components=components, rng=0).draw(7, 0)
    assert drawn.shape == (7, 6)
    assert torch.isfinite(drawn).all()


def test_the_same_seed_draws_the_same():
    mixture = two_normals()
    assert torch.equal(mixture.draw(5, 3), mixture.draw(5, 3))
