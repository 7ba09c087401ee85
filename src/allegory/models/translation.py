"""Translators: from the pictures of one domain to those of another."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import torch
from torch import Generator, Tensor, nn

from allegory.errors import unknown
from allegory.randomness import generator

if TYPE_CHECKING:
    from allegory.media import Pairs

__all__ = ["CycleGAN", "Pix2Pix"]


class Pix2Pix(nn.Module):
    """Translates, one way.

    Isola et al. (2017), "Image-to-image translation with conditional adversarial networks".
    """

    def __init__(self, generator: nn.Module, media: Pairs, *, reverse: bool) -> None:
        """A generator from one half of a pair to the other.

        Args:
            generator: pictures, and what draws its noise or None, to pictures of the same size.
            media: what the pairs are.
            reverse: whether from the second to the first.
        """
        super().__init__()
        self.generator, self.media, self.reverse = generator, media, reverse

    @property
    def targets(self) -> tuple[str, ...]:
        """The one domain that it translates to."""
        return (self.media.names[0 if self.reverse else 1],)

    def ends(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """What is translated, and what into, of pairs x (n, *media.shape)."""
        a, b = self.media.halves(x)
        return (b, a) if self.reverse else (a, b)

    def translate(self, x: Tensor, to: str, *, rng: Generator | int | None = None) -> Tensor:
        """As of `Translates`: with rng, values are dropped at random, as in training."""
        require_target(self.targets, to)
        uniform = None if rng is None else partial(drawn, generator(rng), x)
        out: Tensor = self.generator(x, uniform)
        return out

    def toward(self, to: str) -> Pix2Pix:
        """As of `Translates`: it has one target."""
        require_target(self.targets, to)
        return self


class CycleGAN(nn.Module):
    """Translates, both ways.

    Zhu et al. (2017), "Unpaired image-to-image translation using cycle-consistent adversarial
    networks".
    """

    def __init__(self, a_to_b: nn.Module, b_to_a: nn.Module, media: Pairs) -> None:
        """Two generators: pictures to pictures of the same size."""
        super().__init__()
        self.a_to_b, self.b_to_a, self.media = a_to_b, b_to_a, media

    @property
    def targets(self) -> tuple[str, ...]:
        """Both domains; of what is left of it, one."""
        there = dict(self.named_children())
        ways = zip(self.media.names, ("b_to_a", "a_to_b"), strict=True)
        return tuple(name for name, way in ways if way in there)

    def translate(self, x: Tensor, to: str, *, rng: Generator | int | None = None) -> Tensor:
        """As of `Translates`; it draws nothing."""
        require_target(self.targets, to)
        out: Tensor = (self.a_to_b if to == self.media.names[1] else self.b_to_a)(x)
        return out

    def toward(self, to: str) -> CycleGAN:
        """As of `Translates`."""
        require_target(self.targets, to)
        one = CycleGAN(self.a_to_b, self.b_to_a, self.media)
        delattr(one, "b_to_a" if to == self.media.names[1] else "a_to_b")
        return one.train(self.training)


def drawn(rng: Generator, x: Tensor, *shape: int) -> Tensor:
    """Numbers in [0, 1) for each row of x, (n, *shape), where x is."""
    return torch.rand(len(x), *shape, generator=rng, device=rng.device).to(x.device)


def require_target(targets: tuple[str, ...], to: str) -> None:
    """Raise a UserError unless there is such a target."""
    if to not in targets:
        raise unknown("domain to translate to", to, targets)
