"""Networks that read a label beside their input."""

import torch
from torch import Tensor, nn

__all__ = ["Labelled", "Labels", "Unlabelled"]


class Labels(nn.Module):
    """A vector for each class, and one for "any": label -1, or no label at all."""

    def __init__(self, classes: int, size: int) -> None:
        super().__init__()
        self.vectors = nn.Embedding(classes + 1, size)

    def forward(self, labels: Tensor | None, n: int) -> Tensor:
        """Vectors of labels (n,), or n times that of "any": (n, size)."""
        if labels is None:
            return self.vectors.weight[-1].expand(n, -1)
        anything = self.vectors.num_embeddings - 1
        out: Tensor = self.vectors(labels.where(labels >= 0, anything))
        return out


class Labelled(nn.Module):
    """A network of inputs (n, size) that reads the label's vector behind each."""

    def __init__(self, network: nn.Module, classes: int, size: int) -> None:
        super().__init__()
        self.network, self.labels = network, Labels(classes, size)

    def forward(self, x: Tensor, labels: Tensor | None = None) -> Tensor:
        """Map x (n, size) of classes `labels` (n,)."""
        out: Tensor = self.network(torch.cat([x, self.labels(labels, x.shape[0])], dim=1))
        return out


class Unlabelled(nn.Module):
    """A network that takes labels and does not look at them."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor, labels: Tensor | None = None) -> Tensor:
        """Map x (n, size)."""
        out: Tensor = self.network(x)
        return out
