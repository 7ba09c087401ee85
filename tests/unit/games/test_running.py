"""Running means of codes."""

import torch

from allegory.games.running import follow


def test_it_follows_codes_and_gets_over_those_that_are_not_finite():
    mean, std = torch.zeros(2), torch.ones(2)
    z = torch.tensor([3.0, -1.0]) + torch.randn(500, 2, generator=torch.Generator().manual_seed(0))
    for _ in range(300):
        follow(mean, std, z)
        follow(mean, std, torch.tensor([[float("nan"), 1.0], [0.0, float("inf")]]))
    assert torch.isfinite(mean).all()
    assert torch.isfinite(std).all()
    torch.testing.assert_close(mean, z.mean(0), rtol=0, atol=0.2)
