"""Small models with known answers, and drawn data, for tests of whatever works on capabilities."""

from __future__ import annotations

import numpy as np
import torch

from allegory.capabilities import LatentSpace, Posterior
from allegory.data.dataset import Column, Dataset, Skipped
from allegory.media import Images, Vectors
from allegory.randomness import draw_classes, generator


class LinearCoder:
    """A plain autoencoder that is linear: x = centre + W z, with known orthogonal axes W."""

    def __init__(self, media, centre, axes, std=None, prior=False):
        self.media, self.centre, self.axes = media, centre, axes
        size = len(axes)
        std = torch.ones(size) if std is None else std
        self.latent = LatentSpace(size, torch.zeros(size), std, prior)
        self.largest_batch = 0

    def decode(self, z):
        self.largest_batch = max(self.largest_batch, len(z))
        return (self.centre + z @ self.axes).view(-1, *self.media.shape)

    def encode(self, x):
        norms = self.axes.square().sum(1).clamp_min(1e-12)
        mean = (x.flatten(1) - self.centre) @ self.axes.T / norms
        return Posterior(mean, torch.zeros_like(mean))


class LinearVAE(LinearCoder):
    """The same with a prior: it samples and scores too."""

    density = "lower bound"
    discrete = False

    def __init__(self, media, centre, axes):
        super().__init__(media, centre, axes, prior=True)

    def encode(self, x):
        mean = super().encode(x).mean
        return Posterior(mean, torch.full_like(mean, 0.1))

    def sample(self, n, *, rng):
        self.largest_batch = max(self.largest_batch, n)
        return self.decode(self.latent.draw(n, rng))

    def log_prob(self, x, *, rng, draws=1):
        return -0.5 * super().encode(x).mean.square().sum(1)


class LinearGenerator:
    """Samples and decodes, with no encoder: x = centre + W z, cut off at `limit`."""

    def __init__(self, media, axes, limit=float("inf")):
        self.media, self.axes, self.limit = media, axes, limit
        size = len(axes)
        self.latent = LatentSpace(size, torch.zeros(size), torch.ones(size), prior=True)

    def decode(self, z):
        x = (z @ self.axes).view(-1, *self.media.shape)
        return x.clamp(-self.limit, self.limit)

    def sample(self, n, *, rng):
        return self.decode(self.latent.draw(n, rng))


class LinearClasses(LinearGenerator):
    """The same with classes: each example is moved by the index of its class."""

    conditions = ("sandal", "sneaker", "boot")
    shares = torch.tensor([0.25, 0.0, 0.75])

    def decode(self, z, *, labels=None):
        moved = torch.zeros(len(z)) if labels is None else labels.float()
        x = super().decode(z) + moved.view(-1, *[1] * len(self.media.shape))
        return x.clamp(-self.limit, self.limit)

    def sample(self, n, *, rng, labels=None):
        rng = generator(rng)
        labels = draw_classes(self.shares, n, rng) if labels is None else labels
        return self.decode(self.latent.draw(n, rng), labels=labels)


def plain(size):
    """Vectors in units of their own."""
    return Vectors((0.0,) * size, (1.0,) * size)


class OnlySamples:
    """Draws noise in [-1, 1] and can do nothing else."""

    def __init__(self, media):
        self.media = media

    def sample(self, n, *, rng):
        return torch.rand(n, *self.media.shape, generator=rng) * 2 - 1


def identity_vae(size):
    """Decodes a code to itself: shows a tool's path through the latent space."""
    return LinearVAE(plain(size), torch.zeros(size), torch.eye(size))


def fit(data, size, kind=LinearVAE):
    """The linear model of the data's principal axes, as long as the data reach along each."""
    x = data.take(np.arange(len(data))).flatten(1)
    centre = x.mean(0)
    _, s, v = torch.linalg.svd(x - centre, full_matrices=False)
    return kind(data.media, centre, v[:size] * s[:size, None] / len(x) ** 0.5)


def dataset(store, media, columns, skipped=()):
    """Every row shown; the last fifth is the test split."""
    n = len(store)
    rows = np.arange(n)
    splits = {"train": rows[: n * 4 // 5], "test": rows[n * 4 // 5 :]}
    return Dataset("drawings", media, store, rows, columns, splits, skipped=skipped)


def ellipses(n=200, side=24, mode="RGB", seed=0):
    """Shaded ellipses before a plain background, with the factors that they were drawn from."""
    rng = np.random.default_rng(seed)
    x, y, light, tone = rng.uniform(-1, 1, (4, n))
    tall = rng.integers(0, 2, n)
    v, u = (np.mgrid[:side, :side] + 0.5) / side * 2 - 1
    du = (u - 0.35 * x[:, None, None]) / (0.65 - 0.2 * tall)[:, None, None]
    dv = (v - 0.25 * y[:, None, None]) / (0.5 + 0.25 * tall)[:, None, None]
    depth = np.sqrt(np.clip(1 - du**2 - dv**2, 0, 1))
    angle = light[:, None, None]
    shade = np.clip(0.25 + 0.75 * (du * np.sin(angle) + depth * np.cos(angle)), 0.05, 1)
    warm = np.stack([0.75 + 0.2 * tone, 0.55 - 0.1 * tone, 0.45 - 0.3 * tone], -1)
    cover = np.clip((1 - du**2 - dv**2) * side / 6, 0, 1)[..., None]
    back = np.array([0.16, 0.2, 0.28])
    picture = cover * shade[..., None] * warm[:, None, None] + (1 - cover) * back
    store = (np.clip(picture, 0, 1) * 255).astype(np.uint8)
    if mode == "L":
        store = store.mean(-1, keepdims=True).astype(np.uint8)
    columns = {
        "across": Column("number", x),
        "down": Column("number", y),
        "light": Column("number", light),
        "tone": Column("number", tone),
        "shape": Column("category", tall.astype(np.int64), ("wide", "tall")),
        "file_name": Column("text", np.array([f"{i:04}.png" for i in range(n)])),
    }
    skipped = (Skipped("broken.jpg", "truncated after 312 bytes <of 4,096>"),)
    return dataset(store, Images(mode, side, side), columns, skipped)


def points(n=200, size=2, seed=0):
    """A noisy ring (or, with one column, two bumps), as vectors."""
    rng = np.random.default_rng(seed)
    angle = rng.uniform(0, 2 * np.pi, n)
    around = np.stack([2 * np.cos(angle), np.sin(angle)] + [angle] * max(0, size - 2), 1)
    store = (around[:, :size] + 0.1 * rng.standard_normal((n, size))).astype(np.float32)
    media = Vectors(tuple(map(float, store.mean(0))), tuple(map(float, store.std(0))))
    return dataset(store, media, {"angle": Column("number", angle)})
