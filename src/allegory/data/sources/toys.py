"""Toys in one and two dimensions whose density is known exactly."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, final

import numpy as np

from allegory.data.dataset import Modes
from allegory.data.store import Packed, Writer, key_of, packed
from allegory.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from allegory.data.settings import DataSettings

__all__ = ["TOYS", "Mixture", "NoisyCurves", "Toy", "pack"]

EXAMPLES = 12_000
VERSION = 1
"""Raised when a toy's points change."""

CHUNK = 4096
NODES = 16
"""Gauss-Legendre nodes a panel."""


class Toy(ABC):
    """A distribution that can be sampled and whose density is known."""

    @abstractmethod
    def sample(self, n: int, seed: int) -> NDArray[np.float64]:
        """Draw n points, (n, size), the same for the same seed."""

    @abstractmethod
    def components(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Centres (k, size), weights (k,) with sum 1, and standard deviations (k,) of Gaussians.

        The density is their mixture: exactly, or as a quadrature with an error below 1e-9.
        """

    def modes(self) -> Modes | None:
        """The Gaussians, where the density is the mixture exactly; else None."""
        return None

    def log_density(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-density in nats at points (n, size) -> (n,)."""
        x = np.asarray(x, dtype=np.float64)
        centres, weights, sigma = self.components()
        size = centres.shape[1]
        scale = np.log(weights) - size * np.log(sigma * np.sqrt(2 * np.pi))
        out = np.empty(len(x))
        for start in range(0, len(x), CHUNK):
            part = x[start : start + CHUNK]
            square = sum((part[:, None, j] - centres[None, :, j]) ** 2 for j in range(size))
            terms = scale - square / (2 * sigma**2)
            top = terms.max(axis=1)
            out[start : start + CHUNK] = top + np.log(np.exp(terms - top[:, None]).sum(axis=1))
        return out


@final
@dataclass(frozen=True)
class Mixture(Toy):
    """Round Gaussians."""

    centres: tuple[tuple[float, ...], ...]
    sigma: tuple[float, ...]
    weights: tuple[float, ...]

    def sample(self, n: int, seed: int) -> NDArray[np.float64]:
        """Draw n points, (n, size), the same for the same seed."""
        rng = np.random.Generator(np.random.Philox(key=seed))
        centres, weights, sigma = self.components()
        which = rng.choice(len(weights), size=n, p=weights)
        noise = rng.standard_normal((n, centres.shape[1]))
        return centres[which] + sigma[which, None] * noise

    def components(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Centres, weights and standard deviations."""
        return np.array(self.centres), np.array(self.weights), np.array(self.sigma)

    def modes(self) -> Modes:
        """Those."""
        centres, weights, sigma = self.components()
        return Modes(centres, sigma, weights)


@final
@dataclass(frozen=True)
class NoisyCurves(Toy):
    """A point at an even t in [start, end] of one of some curves, plus round Gaussian noise.

    p(x) = mean over curves of 1 / (end - start) * integral N(x; curve(t), sigma^2 I) dt, by
    Gauss-Legendre quadrature on panels: along each the curve moves by one or two sigma. The
    log-density's error is below 1e-9 out to 40 sigma from the curve.
    """

    curves: tuple[Callable[[NDArray[np.float64]], NDArray[np.float64]], ...]
    """t (n,) -> points (n, 2), each."""
    start: float
    end: float
    sigma: float
    panels: int

    def sample(self, n: int, seed: int) -> NDArray[np.float64]:
        """Draw n points, (n, 2), the same for the same seed."""
        rng = np.random.Generator(np.random.Philox(key=seed))
        which = rng.integers(len(self.curves), size=n)
        t = rng.uniform(self.start, self.end, n)
        points = np.stack([curve(t) for curve in self.curves])[which, np.arange(n)]
        return points + self.sigma * rng.standard_normal((n, 2))

    def components(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """The nodes of the quadrature as Gaussians."""
        node, weight = np.polynomial.legendre.leggauss(NODES)
        edges = np.linspace(self.start, self.end, self.panels + 1)
        half = (edges[1] - edges[0]) / 2
        t = (edges[:-1, None] + half * (node + 1)).ravel()
        centres = np.concatenate([curve(t) for curve in self.curves])
        each = np.tile(weight / 2 / self.panels, self.panels)
        weights = np.tile(each, len(self.curves)) / len(self.curves)
        return centres, weights, np.full(len(centres), self.sigma)


def _line() -> Mixture:
    """Two Gaussians of unequal weight: 0.6 N(-1, 0.4^2) + 0.4 N(1.5, 0.25^2)."""
    return Mixture(((-1.0,), (1.5,)), (0.4, 0.25), (0.6, 0.4))


def _ring() -> Mixture:
    """The 2D-ring of Lin et al. (2018), "PacGAN", section 4.1: radius 1, variance 1e-4."""
    angles = 2 * np.pi * np.arange(8) / 8
    centres = tuple((float(np.cos(a)), float(np.sin(a))) for a in angles)
    return Mixture(centres, (0.01,) * 8, (1 / 8,) * 8)


def _grid() -> Mixture:
    """The 2D-grid of Lin et al. (2018), "PacGAN", section 4.1: -4 ... 4 by 2, variance 0.0025."""
    sides = (-4.0, -2.0, 0.0, 2.0, 4.0)
    centres = tuple((x, y) for x in sides for y in sides)
    return Mixture(centres, (0.05,) * 25, (1 / 25,) * 25)


def _spiral(t: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([t * np.cos(t), t * np.sin(t)], axis=1) / 5


def _upper(t: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([np.cos(t), np.sin(t)], axis=1)


def _lower(t: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([1 - np.cos(t), 0.5 - np.sin(t)], axis=1)


TOYS: dict[str, Toy] = {
    "line": _line(),
    "ring": _ring(),
    "grid": _grid(),
    # the plane section of scikit-learn's make_swiss_roll(noise=1) over 5, as the flow literature
    # has it since Grathwohl et al. (2019), "FFJORD"
    "swiss-roll": NoisyCurves((_spiral,), 1.5 * np.pi, 4.5 * np.pi, sigma=0.2, panels=64),
    # scikit-learn's make_moons(noise=0.1)
    "moons": NoisyCurves((_upper, _lower), 0.0, np.pi, sigma=0.1, panels=32),
}


def pack(name: str, settings: DataSettings) -> Packed:
    """Sample a toy: 12,000 points unless settings.examples says otherwise.

    Raises:
        UserError: pictures are asked for.
    """
    if settings.size != "auto" or settings.mode != "auto":
        raise UserError(f"'{name}' holds points, not pictures: it has no size and no mode.")
    toy = TOYS[name]
    n, seed = settings.examples or EXAMPLES, settings.data_seed

    def build(writer: Writer) -> None:
        writer.info["media"] = None
        writer.append(toy.sample(n, seed).astype(np.float32))

    found = packed(key_of(name, version=VERSION, n=n, seed=seed), build)
    return replace(found, log_density=toy.log_density, modes=toy.modes())
