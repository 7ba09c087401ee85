"""Losses of a generator and of its discriminator, from the scores that examples get."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from torch.nn.functional import relu, softplus

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

__all__ = ["ADVERSARIAL", "LEAST_SQUARES", "Adversarial", "Loss"]

Loss = Literal["relativistic", "non-saturating", "minimax", "hinge", "wasserstein"]


@dataclass(frozen=True)
class Adversarial:
    """What each side minimises: (n,) scores of real and of fake examples to (n,) losses."""

    discriminator: Callable[[Tensor, Tensor], Tensor]
    generator: Callable[[Tensor, Tensor], Tensor]
    paired: bool = False
    """Whether only differences of scores mean something; elsewhere the generator's loss does not
    read the scores of real examples."""


def _cross_entropy(real: Tensor, fake: Tensor) -> Tensor:
    return softplus(-real) + softplus(fake)


ADVERSARIAL: dict[Loss, Adversarial] = {
    # Jolicoeur-Martineau (2019), "The relativistic discriminator", in the paired form of Huang et
    # al. (2024), "The GAN is dead; long live the GAN!", equation 2
    "relativistic": Adversarial(
        lambda real, fake: softplus(fake - real),
        lambda real, fake: softplus(real - fake),
        paired=True,
    ),
    # Goodfellow et al. (2014), "Generative adversarial nets", equation 1, with D = sigmoid(score);
    # the generator maximises log D(G(z)), as their section 3 advises
    "non-saturating": Adversarial(_cross_entropy, lambda _, fake: softplus(-fake)),
    # the same; the generator minimises log(1 − D(G(z))) as equation 1 has it
    "minimax": Adversarial(_cross_entropy, lambda _, fake: -softplus(fake)),
    # Miyato et al. (2018), "Spectral normalization for generative adversarial networks",
    # equations 16 and 17
    "hinge": Adversarial(
        lambda real, fake: relu(1.0 - real) + relu(1.0 + fake), lambda _, fake: -fake
    ),
    # Arjovsky et al. (2017), "Wasserstein generative adversarial networks", equations 2 and 3
    "wasserstein": Adversarial(
        lambda real, fake: fake - real, lambda real, fake: real - fake, paired=True
    ),
}
"""Losses by name."""

LEAST_SQUARES = Adversarial(
    lambda real, fake: 0.5 * (real - 1.0) ** 2 + 0.5 * fake**2,
    lambda _, fake: 0.5 * (fake - 1.0) ** 2,
)
"""Mao et al. (2017), "Least squares generative adversarial networks", equation 9. The score
itself, not its sigmoid, is P(real): not for those who take it for a logit."""
