"""The classifier: which class an example belongs to."""

from torch import Tensor, nn

from allegory.media import Media

__all__ = ["Classifier"]


class Classifier(nn.Module):
    """Classifies: x -> a probability for each class."""

    def __init__(
        self, encoder: nn.Module, label: str, classes: tuple[str, ...], media: Media
    ) -> None:
        """A classifier on an encoder.

        Args:
            encoder: (n, *media.shape) to (n, classes), unbounded.
            label: name of the column that it learns.
            classes: names of the classes, in the order of the column's index.
            media: what the examples are.
        """
        super().__init__()
        self.encoder, self.label, self.classes, self.media = encoder, label, classes, media

    def predict_proba(self, x: Tensor) -> Tensor:
        """P(class) of x (n, *media.shape), (n, classes)."""
        logits: Tensor = self.encoder(x).float()
        return logits.softmax(1)
