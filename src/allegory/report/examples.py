"""What the model makes: samples, reconstructions, and paths from one example to another."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import torch

from allegory.media import Images
from allegory.report.film import encode_film
from allegory.report.html import Section, data_uri, figure, image_uri
from allegory.report.sheets import sheet
from allegory.report.views import picture_kind, show_examples, show_pairs, show_strips
from allegory.tools.interpolate import interpolate
from allegory.tools.reconstruct import reconstruct
from allegory.tools.running import home, in_batches
from allegory.tools.sample import sample

if TYPE_CHECKING:
    from allegory.report.scene import Scene

__all__ = ["paths_section", "reconstructions_section", "samples_section", "walk"]


def walk(scene: Scene, columns: int = 10, stops: int = 4, frames: int = 12) -> str:
    """A ribbon of pictures that wander through the latent space; "" where there is no such thing.

    People who asked their system for less motion get the first moment of it.
    """
    media = scene.model.media
    if "traverse" not in scene.tools or not isinstance(media, Images):
        return ""
    if not scene.model.latent.prior:
        return ""
    rng = torch.Generator().manual_seed(scene.seed)
    source = scene.mixture or scene.model.latent
    codes = [source.draw(columns, rng) for _ in range(stops)]
    legs = [interpolate(scene.model, *ends, frames=frames) for ends in pairwise(codes)]
    moments = torch.cat([leg[:, :-1] for leg in legs[:-1]] + [legs[-1]], dim=1).transpose(0, 1)
    film = np.stack([sheet(x, columns, gap=0) for x in moments])
    moving = data_uri(encode_film(film, ".webp", 14), "image/webp")
    height, width = film.shape[1:3]
    return (
        '<picture class="walk"><source media="(prefers-reduced-motion: reduce)" '
        f'srcset="{image_uri(film[0])}"><img class="{picture_kind(media)}" src="{moving}" '
        f'width="{width}" height="{height}" alt="{columns} pictures drawn by the model that '
        'slowly turn into others as their latent codes move"></picture>'
    )


def samples_section(scene: Scene) -> Section:
    """Draws from the model, beside the data where they are points."""
    media = scene.model.media
    pictures = isinstance(media, Images)
    x = sample(scene.model, 60 if pictures else 1000, rng=scene.seed)
    body = show_examples(
        x,
        media,
        "Examples drawn from the model",
        columns=12,
        beside=None if pictures else scene.examples(1000),
    )
    return Section(
        "Samples",
        "New examples, drawn from the model at random and not chosen: they should look like the "
        "data, and differ from each other as much as the data do.",
        figure(body, f"{len(x):,} draws with seed {scene.seed}, from the model's own prior.")
        + _fitted(scene, len(x)),
    )


def _fitted(scene: Scene, n: int) -> str:
    """Draws from where the codes of the data lie; "" where that is not known."""
    media = scene.model.media
    if scene.mixture is None or not isinstance(media, Images):
        return ""
    codes = scene.mixture.draw(n, scene.seed)
    x = in_batches(scene.model.decode, codes, home(scene.model))
    k = len(scene.mixture.weights)
    body = show_examples(x, media, "Examples drawn from where the codes lie", columns=12)
    return figure(
        body,
        f"{n:,} draws with seed {scene.seed}, from {k} normals fitted to the codes of training "
        "examples (Ghosh et al. 2020): the codes fill the prior only in part, and where these "
        "look better than those above, that part is small.",
    )


def reconstructions_section(scene: Scene) -> Section:
    """Originals and what comes back of them."""
    media = scene.model.media
    columns = 12
    x = scene.examples(2 * columns if isinstance(media, Images) else 500)
    body = show_pairs(
        x,
        reconstruct(scene.model, x),
        media,
        "Held-out examples and their reconstructions",
        columns=columns,
    )
    rows = "Upper row of each pair: original; lower row: reconstruction."
    return Section(
        "Reconstructions",
        "Examples that the model was never trained on, and what is left of them after they went "
        "through the latent code and back: what is lost here, the code does not hold.",
        figure(body, rows if isinstance(media, Images) else "Originals and reconstructions."),
    )


def paths_section(scene: Scene) -> Section:
    """Spherical interpolations between held-out examples."""
    latent, rows = scene.model.latent, 5
    if scene.codes is not None and len(scene.codes) > 1:
        rows = min(rows, len(scene.codes) // 2)
        a, b = scene.codes[:rows], scene.codes[rows : 2 * rows]
        ends = "two held-out examples"
    else:
        rng = torch.Generator().manual_seed(scene.seed)
        a, b = latent.draw(rows, rng), latent.draw(rows, rng)
        ends = "two draws from the latent space"
    strips = interpolate(scene.model, a, b, frames=11)
    body = show_strips(
        strips, scene.model.media, f"Paths between {ends}", [""] * rows, beside=scene.examples(500)
    )
    shape = "on an arc around the centre" if latent.prior else "on a straight line"
    return Section(
        "Interpolations",
        f"Each path leads from the code of one example to that of another, {shape}: every step "
        "should look like an example itself, and no step should jump.",
        figure(body, f"Left and right end: the codes of {ends}."),
    )
