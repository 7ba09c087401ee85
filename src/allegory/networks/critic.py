"""A discriminator: how real an example looks, and how well it fits a class."""

import torch
from torch import Tensor, nn

from allegory.networks.labelled import Labels

__all__ = ["Critic"]


class Critic(nn.Module):
    """Examples to scores: higher is more real, and no bounds.

    With classes, the score has a part that depends on the class: Miyato & Koyama (2018), "cGANs
    with projection discriminator", equation 3.
    """

    def __init__(
        self,
        body: nn.Module,
        features: int,
        classes: int = 0,
        head: nn.Module | None = None,
        *,
        group: int = 1,
    ) -> None:
        """A linear score of what a body sees.

        Args:
            body: (n, ...) to (n, features).
            features: numbers that the body tells of an example.
            classes: kinds of examples.
            head: features to a score, (n, 1); None: an ordinary linear layer.
            group: neighbours in a batch that the body sees at once.
        """
        super().__init__()
        self.body, self.group = body, group
        self.head = head or nn.Linear(features, 1)
        self.labels = Labels(classes, features) if classes else None

    def forward(self, x: Tensor, labels: Tensor | None = None, *, piles: int = 1) -> Tensor:
        """Scores of x (n, ...) as of its class `labels` (n,), float32: (n,).

        x may be several piles of as many examples, one behind the other: those of one pile are not
        seen among those of another.
        """
        apart = piles if len(x) // piles % self.group else 1
        features = torch.cat([self.body(pile) for pile in x.chunk(apart)])
        score: Tensor = self.head(features).squeeze(1)
        if self.labels is not None:
            score = score + (self.labels(labels, len(x)) * features).sum(1)
        return score.float()

    def alone(self, x: Tensor) -> Tensor:
        """Features of x (n, ...), each as among copies of itself: (n, features)."""
        features: Tensor = self.body(x.repeat_interleave(self.group, 0))
        return features[:: self.group]
