"""Codes whose disentanglement is known, and the factors that they stand for."""

import numpy as np

from allegory.data.dataset import Column


def factors(n=2_000, seed=0):
    """Three numbers and a category, even and independent."""
    rng = np.random.default_rng(seed)
    numbers = {name: Column("number", rng.uniform(-1, 1, n)) for name in ("turn", "nod", "smile")}
    return {**numbers, "hair": Column("category", rng.integers(0, 4, n), tuple("abcd"))}


def standard(columns):
    """The factors themselves as codes, (n, factors), each of mean 0 and standard deviation 1."""
    z = np.stack([c.values.astype(np.float64) for c in columns.values()], axis=1)
    return (z - z.mean(0)) / z.std(0)


def noise(n=2_000, latents=4, seed=1):
    return np.random.default_rng(seed).standard_normal((n, latents))


def rotated(z, seed=2):
    turn, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((z.shape[1],) * 2))
    return z @ turn


def binary(*patterns, repeats=100):
    """Columns of two categories from patterns such as "0011", repeated."""
    return {
        name: Column("category", np.array([*map(int, p)] * repeats), ("no", "yes"))
        for name, p in zip("ab", patterns, strict=False)
    }
