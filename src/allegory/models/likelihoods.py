"""p(x | z): how a decoder's output becomes a distribution over examples.

Data range, output activation and likelihood are one contract: each class says how many numbers it
reads for a value, what their log-likelihood is, and what their mean is in the range of the data.
"""

from typing import Literal

import torch
from torch import Generator, Tensor, nn

from allegory.errors import UserError
from allegory.media import Media, Vectors, to_bytes, to_unit
from allegory.objectives import likelihood

__all__ = ["Bernoulli", "DiscretisedLogistic", "Gaussian", "Likelihood", "likelihood_for"]

Name = Literal["gaussian", "gaussian-pixel", "gaussian-fixed", "bernoulli", "logistic"]


class Likelihood(nn.Module):
    """Abstract: p(x | h) for a decoder's output h, (n, outputs x channels, …)."""

    outputs: int
    """Numbers that the decoder gives for each value of an example."""
    discrete: bool
    """Whether it gives probabilities of grey levels, not a density over [-1, 1]."""

    def log_prob(self, x: Tensor, h: Tensor) -> Tensor:
        """Log-likelihood in nats of each example x (n, …), summed over its values: (n,)."""
        raise NotImplementedError

    def mean(self, h: Tensor) -> Tensor:
        """Mean of the distribution, in the range of the data, (n, …)."""
        raise NotImplementedError

    def draw(self, h: Tensor, rng: Generator) -> Tensor:
        """Draw an example from each distribution, (n, …); normals may leave the range."""
        raise NotImplementedError


class Gaussian(Likelihood):
    """A normal around the decoder's output, with one of three standard deviations.

    fixed: `std`, and it stays. learned: one for all values, learned with the weights (Rybkin et
    al. (2021), "Simple and effective VAE training with calibrated decoders"): the balance between
    reconstruction and KL is then a likelihood, with no weight to tune. pixel: the decoder gives
    one for each value.
    """

    discrete = False
    log_std: Tensor
    log_unit: Tensor

    SPEED = 10.0
    """The learned logarithm moves this much faster than a weight: it has far to go, and every
    example pulls it the same way."""
    LOWEST = -5.0
    """Bound on ln std: below one grey level of 255 a density over bytes grows without limit."""

    def __init__(
        self,
        spread: Literal["fixed", "learned", "pixel"],
        *,
        std: float = 0.5,
        bounded: bool = True,
        unit: tuple[float, ...] = (1.0,),
    ) -> None:
        """A normal around the decoder's output.

        Args:
            spread: which deviations it has.
            std: the fixed one, or where the learned ones start, in the unit.
            bounded: whether means lie in [-1, 1].
            unit: of the data: one for all values, or one for each column.
        """
        super().__init__()
        self.register_buffer("log_unit", torch.tensor(unit).log(), persistent=False)
        self.spread, self.bounded = spread, bounded
        self.outputs = 2 if spread == "pixel" else 1
        log_std = torch.tensor(std).log() / self.SPEED
        if spread == "learned":
            self.log_std = nn.Parameter(log_std)
        else:
            # kept in the card of the model: it is no state of a game
            self.register_buffer("log_std", log_std, persistent=False)

    def log_prob(self, x: Tensor, h: Tensor) -> Tensor:
        """Log-density in nats of each example x (n, …), summed over its values: (n,)."""
        return likelihood.gaussian(x, *self.parameters_of(h)).flatten(1).sum(1)

    def parameters_of(self, h: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and ln std of each value, of shapes that broadcast to those of an example."""
        mean, log_std = h.float(), self.SPEED * self.log_std
        if self.spread == "pixel":
            mean, free = mean.chunk(2, dim=1)
            log_std = log_std + free
        return mean, log_std.clamp(min=self.LOWEST) + self.log_unit

    def mean(self, h: Tensor) -> Tensor:
        """The decoder's output; inside [-1, 1] where the data are pictures."""
        mean, _ = self.parameters_of(h)
        return mean.clamp(-1.0, 1.0) if self.bounded else mean

    def draw(self, h: Tensor, rng: Generator) -> Tensor:
        """The mean and normal noise of the deviation."""
        mean, log_std = self.parameters_of(h)
        noise = torch.randn(mean.shape, generator=rng, device=rng.device)
        return mean + log_std.exp() * noise.to(mean.device)


class Bernoulli(Likelihood):
    """Pixels that are black or white: the decoder gives log-odds of white."""

    outputs = 1
    discrete = True

    def log_prob(self, x: Tensor, h: Tensor) -> Tensor:
        """Log-probability in nats of each example x (n, …) in {-1, 1}: (n,)."""
        return likelihood.bernoulli(x, h.float()).flatten(1).sum(1)

    def mean(self, h: Tensor) -> Tensor:
        """2 P(white) - 1."""
        return torch.tanh(0.5 * h.float())

    def draw(self, h: Tensor, rng: Generator) -> Tensor:
        """Black or white, -1 or 1."""
        uniform = torch.rand(h.shape, generator=rng, device=rng.device).to(h.device)
        return torch.where(2.0 * uniform - 1.0 < self.mean(h), 1.0, -1.0)


class DiscretisedLogistic(Likelihood):
    """A logistic density summed over each of 256 grey levels: a probability of bytes."""

    outputs = 2
    discrete = True

    LOWEST = -7.0
    """Bound on the log of the scale, as in PixelCNN++."""

    def log_prob(self, x: Tensor, h: Tensor) -> Tensor:
        """Log-probability in nats of each example x (n, …) on the grid of bytes: (n,)."""
        return likelihood.discretised_logistic(x, *self.parameters_of(h)).flatten(1).sum(1)

    def parameters_of(self, h: Tensor) -> tuple[Tensor, Tensor]:
        """Centre and ln scale of each value's logistic."""
        mean, log_scale = h.float().chunk(2, dim=1)
        return mean, (log_scale - 1.0).clamp(min=self.LOWEST)

    def mean(self, h: Tensor) -> Tensor:
        """Centre of the logistic, inside [-1, 1]."""
        return h.float().chunk(2, dim=1)[0].clamp(-1.0, 1.0)

    def draw(self, h: Tensor, rng: Generator) -> Tensor:
        """The grey level nearest to a draw from the logistic, on the grid of bytes."""
        mean, log_scale = self.parameters_of(h)
        uniform = torch.rand(mean.shape, generator=rng, device=rng.device).to(mean.device)
        x = mean + log_scale.exp() * uniform.logit(eps=1e-6)
        return to_unit(to_bytes(x))


def likelihood_for(name: Name, media: Media, deviation: float = 0.1) -> Likelihood:
    """The likelihood of this name for these media; `deviation` is that of "gaussian-fixed".

    Raises:
        UserError: it is one of grey levels, and the media are not pictures.
    """
    pictures = not isinstance(media, Vectors)
    if name in ("bernoulli", "logistic") and not pictures:
        raise UserError(f"the likelihood '{name}' is for pictures: vectors need a gaussian one.")
    unit = media.scale if isinstance(media, Vectors) else (1.0,)
    match name:
        case "bernoulli":
            return Bernoulli()
        case "logistic":
            return DiscretisedLogistic()
        case "gaussian":
            return Gaussian("learned", bounded=pictures, unit=unit)
        case "gaussian-pixel":
            return Gaussian("pixel", bounded=pictures, unit=unit)
        case "gaussian-fixed":
            return Gaussian("fixed", std=deviation, bounded=pictures, unit=unit)
