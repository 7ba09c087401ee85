"""Contrastive objectives: two views of an example are alike, those of different ones are not."""

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["nt_xent"]


def nt_xent(a: Tensor, b: Tensor, temperature: float) -> Tensor:
    """Normalised temperature-scaled cross-entropy, in nats, mean over the 2 n views.

    Each view must find its partner among the other 2 n − 1, by the cosine of their angle. Chen et
    al. (2020), "A simple framework for contrastive learning", equation 1.

    Args:
        a: one view of each example, (n, d).
        b: the other view, (n, d).
        temperature: by which cosines are divided, above 0.
    """
    n = len(a)
    z = F.normalize(torch.cat([a, b]).float(), dim=1)
    likeness = (z @ z.T / temperature).fill_diagonal_(-torch.inf)
    partner = torch.arange(2 * n, device=z.device).roll(n)
    return F.cross_entropy(likeness, partner)
