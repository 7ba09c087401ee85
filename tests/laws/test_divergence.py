"""Laws of the KL divergence, and its closed form against Monte Carlo."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from allegory.objectives.divergence import kl_standard_normal

means = st.floats(-5, 5)
stds = st.floats(0.05, 5)


@given(means, stds)
def test_never_negative(mean, std):
    kl = kl_standard_normal(torch.tensor([[mean]]).double(), torch.tensor([[std]]).double())
    assert kl.item() >= -1e-12


def test_zero_at_the_prior_and_only_there():
    assert kl_standard_normal(torch.zeros(1, 3), torch.ones(1, 3)).abs().max() == 0
    assert kl_standard_normal(torch.tensor([[0.1]]), torch.ones(1, 1)) > 0
    assert kl_standard_normal(torch.zeros(1, 1), torch.tensor([[0.9]])) > 0


def test_the_closed_form_is_what_monte_carlo_finds():
    rng = torch.Generator().manual_seed(0)
    mean = torch.tensor([[1.0, -0.5, 0.0, 2.0]], dtype=torch.float64)
    std = torch.tensor([[0.5, 1.5, 0.2, 1.0]], dtype=torch.float64)
    z = mean + std * torch.randn(400_000, 4, generator=rng, dtype=torch.float64)
    log_ratio = 0.5 * z.square() - 0.5 * ((z - mean) / std).square() - std.log()
    torch.testing.assert_close(
        kl_standard_normal(mean, std)[0], log_ratio.mean(0), rtol=1e-2, atol=1e-3
    )


def test_known_answer():
    # KL(N(1, 4) ‖ N(0, 1)) = ½ (4 + 1 − 1 − ln 4)
    kl = kl_standard_normal(torch.ones(1, 1).double(), torch.full((1, 1), 2.0).double())
    assert abs(kl.item() - 0.5 * (4 - torch.log(torch.tensor(4.0)).item())) < 1e-6


def test_half_precision_is_widened():
    kl = kl_standard_normal(torch.ones(1, 2).bfloat16(), torch.ones(1, 2).bfloat16())
    assert kl.dtype == torch.float32
