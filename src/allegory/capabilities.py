"""What a model can do: all that tools, measures, the command line and the studio know of models.

Each protocol is the whole of its surface. A tool names the one it needs; a new system works with
every tool whose protocol it satisfies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from allegory.randomness import generator

if TYPE_CHECKING:
    from typing import Literal, Self

    from torch import Generator, Tensor

    from allegory.media import Media, Pairs

__all__ = [
    "CAPABILITIES",
    "Bounds",
    "Classifies",
    "Conditional",
    "Decodes",
    "Denoises",
    "Discriminates",
    "Encodes",
    "LatentSpace",
    "Model",
    "Noising",
    "Posterior",
    "Predicts",
    "Samples",
    "Scores",
    "Selective",
    "Translates",
    "capabilities_of",
]


@dataclass(frozen=True)
class Posterior:
    """Where an encoder puts each example: independent normals, one a latent."""

    mean: Tensor
    """(n, latents)"""
    std: Tensor
    """(n, latents), positive; 0 for an encoder that answers with a point."""


@dataclass(frozen=True)
class LatentSpace:
    """The space that a decoder reads, and where in it the data lie."""

    size: int
    """Number of latents."""
    mean: Tensor
    """(size,): the centre of the codes; 0 under a standard normal prior."""
    std: Tensor
    """(size,): the spread of the codes along each axis; 1 under a standard normal prior."""
    prior: bool
    """Whether codes are trained to follow the normal N(mean, diag std²), so that draws from it
    decode to new examples."""
    noise: bool = False
    """Whether a code is the noise that an example comes from, value by value: of its numbers none
    stands for anything by itself."""

    def draw(self, n: int, rng: Generator | int) -> Tensor:
        """Draw n codes, (n, size), from the normal N(mean, diag std²)."""
        import torch

        rng = generator(rng)
        noise = torch.randn(n, self.size, generator=rng, device=rng.device)
        return self.mean + self.std * noise.to(self.mean.device)


@dataclass(frozen=True)
class Noising:
    """The noise that a denoiser knows, in standard units, and how it is best used."""

    lowest: float
    """The lowest noise that it has learned to take off."""
    highest: float
    """The noise in which an example is not to be seen."""
    spread: float
    """Root of the mean square of the data's values."""
    solver: str
    """By which its samples are drawn unless another is asked for."""
    steps: int
    """In so many."""
    guidance: float = 1.0
    """How strongly held to the class that is asked for."""


@runtime_checkable
class Model(Protocol):
    """What every kept model has."""

    media: Media
    """What the examples are that it was trained on."""


@runtime_checkable
class Samples(Model, Protocol):
    """Makes new examples from nothing."""

    def sample(self, n: int, *, rng: Generator | int) -> Tensor:
        """Draw n examples (n, *media.shape), in the media's range; same seed, same draw."""


@runtime_checkable
class Encodes(Model, Protocol):
    """Finds the latent code of an example."""

    def encode(self, x: Tensor) -> Posterior:
        """Encode x (n, *media.shape); each row depends on its own example only."""


@runtime_checkable
class Decodes(Model, Protocol):
    """Turns latent codes into examples, deterministically."""

    @property
    def latent(self) -> LatentSpace:
        """The space of codes."""

    def decode(self, z: Tensor) -> Tensor:
        """Decode z (n, latent.size) to the mean of its examples, (n, *media.shape)."""


@runtime_checkable
class Scores(Model, Protocol):
    """Says how probable an example is."""

    @property
    def density(self) -> Literal["exact", "lower bound"]:
        """Whether log_prob is the density itself or a bound below it."""

    @property
    def discrete(self) -> bool:
        """Whether log_prob is of grey levels or bits, not a density over the media's range."""

    def log_prob(self, x: Tensor, *, rng: Generator | int, draws: int = 1) -> Tensor:
        """Log-density in nats, (n,), of x (n, *media.shape) in the media's range and units.

        A bound gets tighter with more `draws` (importance samples); an exact density ignores them.
        """


@runtime_checkable
class Bounds(Encodes, Scores, Protocol):
    """Bounds the density of an example from any posterior, not only its own."""

    def bound(self, x: Tensor, q: Posterior, noise: Tensor) -> Tensor:
        """E log p(x | z) − KL(q ‖ p(z)) in nats, (n,), from one draw z = mean + std · noise.

        Differentiable by q; each row depends on its own example only. On average over standard
        normal noise (n, latents) it lies below log p(x), and with q = encode(x) it is the bound of
        `log_prob` with one draw.
        """


@runtime_checkable
class Predicts(Model, Protocol):
    """Reads known quantities off an example."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the quantities, as in the table of the data that it learned from."""

    def predict(self, x: Tensor) -> Tensor:
        """The quantities of x (n, *media.shape): (n, columns), each in its own unit."""


@runtime_checkable
class Classifies(Model, Protocol):
    """Says which class an example belongs to."""

    @property
    def label(self) -> str:
        """Name of what it tells, as in the table of the data that it learned from."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes, in the order of their index."""

    def predict_proba(self, x: Tensor) -> Tensor:
        """P(class) of x (n, *media.shape): (n, classes), in [0, 1], each row with sum 1."""


@runtime_checkable
class Conditional(Samples, Decodes, Protocol):
    """Makes new examples of a class that is asked for."""

    @property
    def conditions(self) -> tuple[str, ...]:
        """Names of the classes that can be asked for, in the order of their index.

        Not `classes`: a model that tells classes need not be able to make them.
        """

    @property
    def shares(self) -> Tensor:
        """How often each comes among samples of no class asked for: (classes,), of sum 1."""

    def sample(self, n: int, *, rng: Generator | int, labels: Tensor | None = None) -> Tensor:
        """As `Samples`, of the classes `labels` (n,), int64 indices; by default of any."""

    def decode(self, z: Tensor, *, labels: Tensor | None = None) -> Tensor:
        """As `Decodes`, to the classes `labels` (n,), int64 indices; by default to none."""


@runtime_checkable
class Discriminates(Model, Protocol):
    """Judges whether an example is real or generated."""

    def realness(self, x: Tensor) -> Tensor:
        """P(real) of x (n, *media.shape) beside the model's own samples: (n,), in [0, 1].

        1/2 where it can't tell.
        """

    def features(self, x: Tensor) -> Tensor:
        """What it judges x (n, *media.shape) by, before it does: (n, features).

        Each row depends on its own example only.
        """


@runtime_checkable
class Translates(Protocol):
    """Turns a picture of one domain into one of another."""

    @property
    def media(self) -> Pairs:
        """The two domains that it was trained on, and their names."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the domains that it can translate to."""

    def translate(self, x: Tensor, to: str, *, rng: Generator | int | None = None) -> Tensor:
        """Translate x (n, channels, h, w) in [-1, 1] of any h and w: its size, in [-1, 1].

        Each row depends on its own example only.

        Args:
            x: pictures of the other domain.
            to: one of `targets`.
            rng: of the draws, where a model has any; None: it draws nothing, and the same picture
                is always translated alike.
        """

    def toward(self, to: str) -> Translates:
        """The same, to this one of `targets` alone, with no weights but those that it takes."""


@runtime_checkable
class Denoises(Model, Protocol):
    """Takes the noise off an example."""

    @property
    def noising(self) -> Noising:
        """The noise that it knows."""

    def denoise(self, x: Tensor, sigma: Tensor, *, labels: Tensor | None = None) -> Tensor:
        """D(x; sigma) = E[x_0 | x_0 + sigma ε = x], ε ~ N(0, I), of x (n, *media.shape): the same.

        In standard units: pictures in their range, vectors less their offset, over their scale.
        Differentiable by x; each row depends on its own example only.

        Args:
            x: examples in noise.
            sigma: (n,), above 0.
            labels: (n,), int64 indices of classes where the model is conditional, -1 for any.
        """

    def drawn_by(
        self,
        *,
        solver: str | None = None,
        steps: int | None = None,
        guidance: float | None = None,
    ) -> Self:
        """The same model with the same weights, whose samples are drawn otherwise.

        Raises:
            UserError: there is no such solver, or a number is off.
        """


@runtime_checkable
class Selective(Model, Protocol):
    """Its codes, samples and densities are about examples of some classes, and of no others."""

    @property
    def label(self) -> str:
        """Name of the column of the data's table that the classes are of."""

    @property
    def positive(self) -> tuple[str, ...]:
        """Names of those classes."""


CAPABILITIES: dict[str, type] = {
    "Samples": Samples,
    "Encodes": Encodes,
    "Decodes": Decodes,
    "Scores": Scores,
    "Bounds": Bounds,
    "Predicts": Predicts,
    "Classifies": Classifies,
    "Conditional": Conditional,
    "Discriminates": Discriminates,
    "Translates": Translates,
    "Denoises": Denoises,
}


def capabilities_of(model: object) -> frozenset[str]:
    """Names of the capabilities that the model has."""
    return frozenset(name for name, what in CAPABILITIES.items() if isinstance(model, what))
