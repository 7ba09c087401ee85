"""The contrastive loss against its definition and its limits."""

import math

import pytest
import torch

from allegory.objectives.contrastive import nt_xent


def vectors(n, seed):
    return torch.randn(n, 5, generator=torch.Generator().manual_seed(seed))


def test_it_is_its_definition():
    a, b, temperature = vectors(4, 0), vectors(4, 1), 0.3
    z = torch.cat([a, b])
    cos = torch.nn.functional.cosine_similarity(z[:, None], z[None], dim=-1)
    losses = []
    for i in range(8):
        others = [math.exp(cos[i, k] / temperature) for k in range(8) if k != i]
        losses.append(-math.log(math.exp(cos[i, (i + 4) % 8] / temperature) / sum(others)))
    assert nt_xent(a, b, temperature).item() == pytest.approx(sum(losses) / 8, rel=1e-5)


def test_limits():
    # views that are alike, of examples that are not: nothing is left to lose
    eye = torch.eye(5)
    assert nt_xent(eye, eye, 0.01).item() == pytest.approx(0, abs=1e-6)
    # all alike: a guess among the 2 n - 1 others
    same = torch.ones(6, 5)
    assert nt_xent(same, same, 0.5).item() == pytest.approx(math.log(11), rel=1e-5)
    assert nt_xent(eye[:1], eye[:1], 0.5).item() == 0


def test_length_does_not_matter():
    a, b = vectors(4, 0), vectors(4, 1)
    torch.testing.assert_close(nt_xent(7 * a, b, 0.5), nt_xent(a, 0.1 * b, 0.5))
