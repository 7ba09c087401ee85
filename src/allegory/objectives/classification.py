"""What a classifier minimises."""

from torch import Tensor
from torch.nn import functional as F

__all__ = ["MISSING", "cross_entropy"]

MISSING = -1
"""The class of an example whose class is not known."""


def cross_entropy(logits: Tensor, truth: Tensor) -> Tensor:
    """-log P(class), of each example: nats (n,), float32; 0 where the class is missing.

    Args:
        logits: (n, classes).
        truth: (n,), index of the class.
    """
    return F.cross_entropy(logits.float(), truth, ignore_index=MISSING, reduction="none")
