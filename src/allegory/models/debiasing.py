"""The debiasing VAE: a classifier and a variational autoencoder that share their encoder."""

from torch import Tensor, nn

from allegory.capabilities import Posterior
from allegory.media import Media
from allegory.models.likelihoods import Likelihood
from allegory.models.vae import VAE, posterior

__all__ = ["DebiasingVAE"]


class DebiasingVAE(VAE):
    """Classifies, and of positives Samples, Encodes, Decodes, Scores, Bounds.

    Amini et al. (2019), "Uncovering and mitigating algorithmic bias through learned latent
    structure", section 3.2: the encoder answers with the class beside the latents.
    """

    def __init__(
        self,
        encoder: nn.Module,
        decoder: nn.Module,
        likelihood: Likelihood,
        latents: int,
        media: Media,
        *,
        label: str,
        classes: tuple[str, ...],
        positive: tuple[str, ...],
    ) -> None:
        """A VAE whose encoder also tells classes.

        Args:
            encoder: (n, *media.shape) to (n, classes + 2 latents), unbounded.
            decoder: as of the VAE.
            likelihood: likewise.
            latents: numbers in a code.
            media: what the examples are.
            label: name of the column that it learns.
            classes: names of the classes, in the order of the column's index.
            positive: those of them whose examples the latents are about.
        """
        super().__init__(encoder, decoder, likelihood, latents, media)
        self.label, self.classes, self.positive = label, classes, positive

    def read(self, x: Tensor) -> tuple[Tensor, Posterior]:
        """The classes' logits, (n, classes), and q(z | x), of x (n, *media.shape)."""
        out: Tensor = self.encoder(x).float()
        k = len(self.classes)
        return out[:, :k], posterior(out[:, k:])

    def encode(self, x: Tensor) -> Posterior:
        """q(z | x) of x (n, *media.shape)."""
        return self.read(x)[1]

    def predict_proba(self, x: Tensor) -> Tensor:
        """P(class) of x (n, *media.shape), (n, classes)."""
        return self.read(x)[0].softmax(1)
