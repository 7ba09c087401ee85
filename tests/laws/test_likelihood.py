"""Likelihoods are densities or probabilities, and equal torch's own in float64."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from allegory.media import Images, Vectors
from allegory.models.likelihoods import likelihood_for
from allegory.objectives.likelihood import (
    bernoulli,
    bits_per_dimension,
    discretised_logistic,
    gaussian,
)

levels = torch.linspace(-1, 1, 256, dtype=torch.float64)


@given(st.floats(-3, 3), st.floats(-4, 2), st.floats(-3, 3))
def test_gaussian_is_torchs(mean, log_std, x):
    mean, log_std, x = (torch.tensor(v, dtype=torch.float64) for v in (mean, log_std, x))
    expected = torch.distributions.Normal(mean, log_std.exp()).log_prob(x)
    torch.testing.assert_close(gaussian(x, mean, log_std), expected)


@given(st.floats(-1.5, 1.5), st.floats(-7, 2))
def test_discretised_logistic_sums_to_one_over_the_levels(mean, log_scale):
    mean, log_scale = torch.tensor([mean, log_scale], dtype=torch.float64)
    total = discretised_logistic(levels, mean, log_scale).exp().sum()
    assert abs(total.item() - 1) < 1e-9


def test_discretised_logistic_is_exact_far_out_in_float32():
    x = torch.tensor([-1.0, 0.0, 1.0])
    found = discretised_logistic(x, torch.tensor(0.9), torch.tensor(-6.0))
    exact = discretised_logistic(
        x.double(), torch.tensor(0.9).double(), torch.tensor(-6.0).double()
    )
    assert torch.isfinite(found).all()
    torch.testing.assert_close(found.double(), exact, rtol=1e-3, atol=1e-3)


@given(st.floats(-30, 30))
def test_bernoulli_sums_to_one(logit):
    logits = torch.full((2,), logit, dtype=torch.float64)
    total = bernoulli(torch.tensor([-1.0, 1.0], dtype=torch.float64), logits).exp().sum()
    assert abs(total.item() - 1) < 1e-12


PICTURES, ROWS = Images("RGB", 4, 5), Vectors((0.0,) * 6, (1.0,) * 6)


@pytest.mark.parametrize(
    ("name", "media"),
    [
        *(
            (name, PICTURES)
            for name in ("gaussian", "gaussian-pixel", "gaussian-fixed", "logistic")
        ),
        *((name, ROWS) for name in ("gaussian", "gaussian-pixel", "gaussian-fixed")),
    ],
)
def test_one_number_an_example_and_its_gradient_is_finite(name, media):
    p = likelihood_for(name, media)
    shape = (3, p.outputs * media.shape[0], *media.shape[1:])
    h = torch.full(shape, 40.0, requires_grad=True)
    x = torch.rand(3, *media.shape) * 2 - 1
    log_prob = p.log_prob(x, h)
    assert log_prob.shape == (3,)
    log_prob.sum().backward()
    assert torch.isfinite(h.grad).all()


def test_bits_per_dimension_of_known_densities():
    # uniform over 256 levels: 8 bits, as a probability and as a density over [-1, 1]
    assert bits_per_dimension(-10 * math.log(256), 10, density=False) == pytest.approx(8)
    per_value = math.log(1 / 2) + math.log(255 / 256)
    assert bits_per_dimension(10 * per_value, 10, density=True) == pytest.approx(8)


def test_a_density_over_columns_follows_their_unit():
    # the same data in another unit: the density changes by the volume, and by nothing else
    scale = (1e-3, 1.0, 1e4)
    plain, scaled = (
        likelihood_for("gaussian", Vectors((0.0,) * 3, unit)) for unit in ((1.0,) * 3, scale)
    )
    x, h, unit = torch.randn(5, 3), torch.randn(5, 3), torch.tensor(scale)
    expected = plain.log_prob(x, h) - unit.log().sum()
    torch.testing.assert_close(scaled.log_prob(x * unit, h * unit), expected, rtol=1e-4, atol=1e-4)


NAMES = ("gaussian", "gaussian-pixel", "gaussian-fixed", "logistic", "bernoulli")


@pytest.mark.parametrize("name", NAMES)
def test_draws_follow_the_likelihood(name):
    """Its mean, and its entropy: −E log p of draws, against numbers on a fine grid."""
    n, p = 20_000, likelihood_for(name, Images("L", 1, 1))
    h = torch.tensor([0.2, -2.0][: p.outputs]).view(1, p.outputs, 1, 1)
    x = p.draw(h.expand(n, -1, -1, -1), torch.Generator().manual_seed(0))
    assert x.shape == (n, 1, 1, 1)
    assert abs(x.mean() - p.mean(h)) < 5 * x.std() / n**0.5
    grid = {"logistic": levels, "bernoulli": torch.tensor([-1.0, 1.0])}.get(
        name, torch.linspace(-8, 8, 20_001)
    )
    log_p = p.log_prob(grid.float().view(-1, 1, 1, 1), h.expand(len(grid), -1, -1, -1))
    width = 1.0 if p.discrete else 16 / 20_000
    entropy = -(log_p.exp() * log_p).sum() * width
    found = -p.log_prob(x, h.expand(n, -1, -1, -1))
    assert abs(found.mean() - entropy) < 5 * found.std() / n**0.5
