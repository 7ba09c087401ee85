"""Distances of transport against what is known."""

import pytest
import torch

from allegory.measures.wasserstein import sliced_wasserstein


def test_sliced_wasserstein_of_shifted_points():
    x = torch.randn(500, 2, generator=torch.Generator().manual_seed(0))
    along = torch.tensor([[3.0, 0.0], [0.0, 0.5]])
    assert sliced_wasserstein(x, x.flip(0), along) == 0
    # each direction sees its part of the shift
    shifted = sliced_wasserstein(x, x + torch.tensor([2.0, -1.0]), along)
    assert shifted == pytest.approx((2 + 1) / 2, abs=1e-5)
