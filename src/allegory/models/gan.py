"""Generators with their discriminators: models that sample without a density."""

from abc import ABC

import torch
from torch import Generator, Tensor, nn

from allegory.capabilities import LatentSpace
from allegory.media import Images, Media
from allegory.networks.critic import Critic
from allegory.randomness import draw_classes, generator

__all__ = ["GAN", "Adversarial", "ConditionalGAN"]

REFERENCE = 256
"""Samples of the model's own that an example is judged beside."""


class Adversarial(nn.Module, ABC):
    """x = G(z), z ~ N(0, I), and a discriminator that judges x.

    Goodfellow et al. (2014), "Generative adversarial nets".
    """

    prior_mean: Tensor
    prior_std: Tensor

    def __init__(
        self, generator: nn.Module, critic: Critic, latents: int, media: Media, *, paired: bool
    ) -> None:
        """A generator of latents and labels, and its discriminator.

        Args:
            generator: codes (n, latents), and labels (n,) or None, to (n, *media.shape).
            critic: its discriminator.
            latents: numbers in a code.
            media: what the examples are.
            paired: whether only differences of the discriminator's scores mean something.
        """
        super().__init__()
        self.generator, self.critic = generator, critic
        self.latents, self.media, self.paired = latents, media, paired
        self.register_buffer("prior_mean", torch.zeros(latents), persistent=False)
        self.register_buffer("prior_std", torch.ones(latents), persistent=False)

    @property
    def latent(self) -> LatentSpace:
        """The standard normal prior."""
        return LatentSpace(self.latents, self.prior_mean, self.prior_std, prior=True)

    def decode(self, z: Tensor, *, labels: Tensor | None = None) -> Tensor:
        """G(z) of z (n, latents): (n, *media.shape) in the media's range."""
        x: Tensor = self.generator(z, labels).float()
        return x.clamp(-1.0, 1.0) if isinstance(self.media, Images) else x

    def sample(self, n: int, *, rng: Generator | int, labels: Tensor | None = None) -> Tensor:
        """Decode n draws from the prior: (n, *media.shape)."""
        return self.decode(self.latent.draw(n, rng), labels=labels)

    def realness(self, x: Tensor) -> Tensor:
        """P(real) of x (n, *media.shape) beside the model's own samples: (n,).

        Where only differences of scores mean something: how likely x is the more real one of a
        pair with a sample, on average over some samples, always the same.
        """
        score: Tensor = self.critic(x)
        if not self.paired:
            return score.sigmoid()
        samples: Tensor = self.critic(self.sample(REFERENCE, rng=0))
        return (score[:, None] - samples[None, :]).sigmoid().mean(1)

    def features(self, x: Tensor) -> Tensor:
        """What the discriminator's last layer reads of x (n, *media.shape): (n, features)."""
        return self.critic.alone(x).float()


class GAN(Adversarial):
    """Samples, Decodes, Discriminates."""


class ConditionalGAN(Adversarial):
    """Samples, Decodes, Discriminates, Conditional: x = G(z, y), y a class or none.

    Mirza & Osindero (2014), "Conditional generative adversarial nets".
    """

    shares: Tensor

    def __init__(
        self,
        generator: nn.Module,
        critic: Critic,
        latents: int,
        media: Media,
        classes: tuple[str, ...],
        shares: tuple[float, ...],
        *,
        paired: bool,
    ) -> None:
        """As `Adversarial`, for these classes, whose shares among the data sum to 1."""
        super().__init__(generator, critic, latents, media, paired=paired)
        self.conditions = classes
        self.register_buffer("shares", torch.tensor(shares), persistent=False)

    def sample(self, n: int, *, rng: Generator | int, labels: Tensor | None = None) -> Tensor:
        """As of `Adversarial`; where no labels are given, of classes as frequent as in data."""
        rng = generator(rng)
        labels = draw_classes(self.shares, n, rng) if labels is None else labels
        return super().sample(n, rng=rng, labels=labels)
