"""C1: the dimensionality of the latent space sets the quality of reconstruction."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from allegory.claims.claim import Claim, Finding
from allegory.claims.interval import above, t_interval, together, words
from allegory.claims.pictures import OnPictures
from allegory.data.open import open_data
from allegory.progress import say
from allegory.report.plots import Series, plot

__all__ = ["CLAIM"]


@dataclass(frozen=True, kw_only=True)
class Settings(OnPictures):
    """Autoencoders that differ in the size of their code alone."""

    sizes: tuple[int, ...] = (2, 5, 16, 64)


def experiment(s: Settings) -> Finding:
    """Train an autoencoder for each size and seed, and measure what comes back."""
    errors = {size: [error_of(s, size, seed) for seed in range(s.seeds)] for size in s.sizes}
    each = [t_interval(f"error with {size} latents", errors[size]) for size in s.sizes]
    steps = [
        t_interval(
            f"less error with {b} than with {a}",
            [x - y for x, y in zip(errors[a], errors[b], strict=True)],
        )
        for a, b in pairwise(s.sizes)
    ]
    listed = ", ".join(f"{f.mean:.3g} with {n}" for f, n in zip(each, s.sizes, strict=True))
    gains = ", ".join(words(step) for step in steps)
    return Finding(
        (*each, *steps),
        together(above(step, 0.0) for step in steps),
        f"The mean squared error of held-out {s.source} is {listed} latents; from size to size it "
        f"falls by {gains}.",
        picture(errors),
    )


def error_of(s: Settings, size: int, seed: int) -> float:
    """Mean squared error a value, on pixels in [0, 1], over the test split."""
    from allegory.capabilities import Decodes, Encodes
    from allegory.claims.trained import trained
    from allegory.measures.reconstruction import squared_errors
    from allegory.tools.reconstruct import reconstruct

    say(f"C1: an autoencoder with {size} latents, seed {seed}")
    run = s.run("autoencoder", latents=size, seed=seed)
    model = trained(run)
    assert isinstance(model, Encodes)
    assert isinstance(model, Decodes)
    test = open_data(run.data.source, run.data).split("test")
    x = test.take(np.arange(len(test)))
    return float(squared_errors(x, reconstruct(model, x), test.media).mean())


def picture(errors: dict[int, list[float]]) -> str:
    """Error over size, both logarithmic."""
    sizes = [math.log2(size) for size in errors]
    means = [sum(values) / len(values) for values in errors.values()]
    dots = [(x, y) for x, values in zip(sizes, errors.values(), strict=True) for y in values]
    series = [
        Series("mean", sizes, means, "line", 0),
        Series("each seed", [x for x, _ in dots], [y for _, y in dots], "dots", 1),
    ]
    return plot(
        series,
        title="Held-out error over the size of the code",
        x_label="log2 of the number of latents",
        y_label="squared error",
        log=True,
    )


CLAIM = Claim(
    "C1",
    "Size of the latent space",
    "The dimensionality of the latent space sets the quality of reconstruction: the smaller the "
    "code, the worse what comes back.",
    "Autoencoders with 2, 5, 16 and 64 latents, otherwise equal, are compared on held-out "
    "examples. The claim holds if the 95 % interval over seeds of each fall in error, from a size "
    "to the next, lies above 0.",
    experiment,
    quick=Settings(seeds=3, images=40_000, source="digits"),
    full=Settings(
        seeds=5, images=50_000, source="faces", size="32", examples=6_000, network="small"
    ),
)
