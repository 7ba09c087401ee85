"""The decomposition of the KL and the density ratio, against sums and closed forms."""

import math

import pytest
import torch
from torch.nn import functional as F

from allegory.objectives.divergence import kl_standard_normal
from allegory.objectives.total_correlation import (
    decompose,
    density_ratio_loss,
    log_weights,
    permute_latents,
)

SAMPLINGS = ("stratified", "weighted")


def normal(*shape, seed=0):
    rng = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=rng, dtype=torch.float64)


def codes(n, covariance, std):
    """Posteriors of one std whose means make the aggregate N(0, covariance), and a draw."""
    own = covariance - std**2 * torch.eye(len(covariance), dtype=torch.float64)
    mean = normal(n, len(covariance)) @ torch.linalg.cholesky(own).T
    std = torch.full_like(mean, std)
    return mean + std * normal(*mean.shape, seed=1), mean, std


def correlated(r):
    return torch.tensor([[1.0, r, 0.0], [r, 1.0, 0.0], [0.0, 0.0, 1.0]], dtype=torch.float64)


@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("n", [1, 2, 7, 64])
def test_the_three_parts_are_the_kl(n, sampling):
    mean, std = 2 * normal(n, 5), normal(n, 5, seed=1).exp()
    z = mean + std * normal(n, 5, seed=2)
    log_q = torch.distributions.Normal(mean, std).log_prob(z).sum(1)
    log_p = torch.distributions.Normal(0.0, 1.0).log_prob(z).sum(1)
    found = decompose(z, mean, std, 1000, sampling)
    torch.testing.assert_close(found.kl, (log_q - log_p).mean())


def test_correlated_latents_have_the_closed_form():
    r, std, n = 0.8, 0.4, 2000
    found = decompose(*codes(n, correlated(r), std), n)
    # TC = -1/2 ln det(correlations); MI = 1/2 ln det(covariance) / det(noise)
    expected = -0.5 * math.log(1 - r**2)
    assert found.total_correlation.item() == pytest.approx(expected, abs=0.04)
    information = 0.5 * math.log((1 - r**2) / std**6)
    assert found.mutual_information.item() == pytest.approx(information, abs=0.06)
    assert found.dimension_wise.item() == pytest.approx(0.0, abs=0.04)


def test_independent_latents_have_none():
    n = 2000
    found = decompose(*codes(n, correlated(0.0), 0.5), n)
    assert found.total_correlation.item() == pytest.approx(0.0, abs=0.04)


def test_the_third_part_is_the_distance_of_each_latent_to_its_prior():
    n = 2000
    z, mean, std = codes(n, correlated(0.0), 0.5)
    found = decompose(z + 1.5, mean + 1.5, std, n)
    assert found.dimension_wise.item() == pytest.approx(3 * 1.5**2 / 2, rel=0.04)


def test_posteriors_far_apart_name_their_example():
    mean = 100.0 * torch.arange(8, dtype=torch.float64)[:, None].expand(8, 2)
    found = decompose(mean, mean, torch.ones_like(mean), 500)
    assert found.mutual_information.item() == pytest.approx(math.log(500))
    # the second latent tells which example it is, and so all of the first
    assert found.total_correlation.item() == pytest.approx(math.log(500))


def test_equal_posteriors_tell_nothing():
    mean, std = torch.full((16, 3), 0.7), torch.full((16, 3), 0.4)
    found = decompose(mean + std * normal(16, 3).float(), mean, std, 500)
    assert found.mutual_information.abs().item() < 1e-5
    assert found.total_correlation.abs().item() < 1e-5


@pytest.mark.parametrize("n", [2, 3, 10])
def test_stratified_weights_count_the_whole_data_once(n):
    weights = log_weights(n, 50, "stratified").exp()
    torch.testing.assert_close(weights.sum(1), torch.ones(n))
    torch.testing.assert_close(weights.diagonal(), torch.full((n,), 1 / 50))


def test_stratified_batches_estimate_the_aggregate_without_bias():
    # every batch of 3 that holds example 0, of 6 examples: their mean is q(z) itself
    density = normal(6).exp().float()
    weights = log_weights(3, 6, "stratified").exp()[0]
    pairs = [(a, b) for a in range(1, 6) for b in range(a + 1, 6)]
    found = [weights @ density[[0, a, b]] for a, b in pairs]
    torch.testing.assert_close(torch.stack(found).mean(), density.mean())


def test_the_samplings_differ_by_constants_where_own_examples_do_not_matter():
    # equal posteriors: every weight meets the same density
    n, examples, latents = 16, 500, 3
    mean, std = torch.zeros(n, latents).double(), torch.ones(n, latents).double()
    z = normal(n, latents)
    stratified, weighted = (decompose(z, mean, std, examples, s) for s in SAMPLINGS)
    ln = math.log(examples)
    assert weighted.mutual_information.item() == pytest.approx(ln)
    excess = weighted.total_correlation - stratified.total_correlation
    assert excess.item() == pytest.approx((latents - 1) * ln, abs=1e-5)
    excess = weighted.dimension_wise - stratified.dimension_wise
    assert excess.item() == pytest.approx(-latents * ln, abs=1e-5)


def test_pressing_the_total_correlation_turns_latents_to_the_independent_axes():
    z, mean, std = (c[:, :2] for c in codes(256, correlated(0.8), 0.4))
    angle = torch.tensor(0.1, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.Adam([angle], lr=0.05)
    for _ in range(60):
        optimiser.zero_grad()
        c, s = angle.cos(), angle.sin()
        turn = torch.stack([torch.stack([c, -s]), torch.stack([s, c])])
        decompose(z @ turn, mean @ turn, std, 256).total_correlation.backward()
        optimiser.step()
    assert angle.item() == pytest.approx(math.pi / 4, abs=0.1)


def test_bfloat16_is_reduced_in_float32():
    mean, std = normal(4, 2).bfloat16(), torch.ones(4, 2).bfloat16()
    assert decompose(mean, mean, std, 10).kl.dtype == torch.float32


def test_the_kl_in_closed_form_is_the_mean_of_the_parts():
    z, mean, std = codes(2000, correlated(0.5), 0.5)
    closed = kl_standard_normal(mean, std).sum(1).mean()
    assert decompose(z, mean, std, 2000).kl.item() == pytest.approx(closed.item(), rel=0.03)


def test_permuting_keeps_each_latent_and_loses_what_they_share():
    z, _, _ = codes(4000, correlated(0.9), 0.1)
    uniform = torch.rand(z.shape, generator=torch.Generator().manual_seed(0))
    permuted = permute_latents(z, uniform)
    assert torch.equal(permuted.sort(0).values, z.sort(0).values)
    assert not torch.equal(permuted, z)
    assert abs(torch.corrcoef(permuted.T)[0, 1].item()) < 0.05


def test_a_discriminator_that_knows_nothing_pays_ln_2():
    zero = torch.zeros(5)
    assert density_ratio_loss(zero, zero).item() == pytest.approx(math.log(2))


def test_the_discriminators_loss_is_the_cross_entropy_of_the_two():
    joint, product = normal(9), normal(9, seed=1)
    expected = F.binary_cross_entropy_with_logits(
        torch.cat([joint, product]), torch.cat([torch.ones(9), torch.zeros(9)]).double()
    )
    torch.testing.assert_close(density_ratio_loss(joint, product), expected)


def test_the_best_log_odds_are_the_total_correlation():
    # the exact log-ratio is a stationary point of the loss, and its mean is the closed form
    r = 0.6
    z, _, _ = codes(20_000, correlated(r), 0.1)
    permuted = permute_latents(z, torch.rand(z.shape, generator=torch.Generator().manual_seed(0)))
    joint = torch.distributions.MultivariateNormal(torch.zeros(3).double(), correlated(r))

    def ratio(z, scale=1.0):
        return scale * (joint.log_prob(z) - torch.distributions.Normal(0, 1).log_prob(z).sum(1))

    losses = [density_ratio_loss(ratio(z, s), ratio(permuted, s)) for s in (0.8, 1.0, 1.25)]
    assert losses[1] < min(losses[0], losses[2])
    assert ratio(z).mean().item() == pytest.approx(-0.5 * math.log(1 - r**2), abs=0.02)
