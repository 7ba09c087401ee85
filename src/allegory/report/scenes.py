"""What the model shows of itself: samples, reconstructions, latent axes, paths."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from allegory.media import Images
from allegory.report.film import encode_film
from allegory.report.html import Section, data_uri, figure, image, image_uri
from allegory.report.plots import Series, plot
from allegory.report.sheets import sheet
from allegory.report.ticks import short
from allegory.report.views import picture_kind, show_examples, show_pairs, show_strips
from allegory.tools.interpolate import interpolate
from allegory.tools.naming import name_axes
from allegory.tools.reconstruct import reconstruct
from allegory.tools.requires import tools_for
from allegory.tools.running import home, in_batches
from allegory.tools.sample import sample
from allegory.tools.traverse import Axis, axes, traverse

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.capabilities import Model
    from allegory.data.dataset import Dataset

__all__ = ["Scene", "explore", "model_sections", "walk"]

ENCODED = 2000
"""Held-out examples that axes are named and latents are counted by."""
SHOWN_AXES, SHOWN_SHARE = 12, 0.002
"""How many axes are shown at most, and the share of the effect that each must have."""
ACTIVE = 0.01
"""Variance of a latent's posterior mean, in units of the prior's, above which it carries
something (Burda et al. 2016, "Importance weighted autoencoders", section 5.2)."""


@dataclass(frozen=True)
class Scene:
    """A model before the examples that it is shown with."""

    model: Any
    """What it can do is asked of `tools` first."""
    data: Dataset
    """Held-out examples."""
    seed: int
    tools: tuple[str, ...]
    axes: list[Axis]
    """The strongest first; none for a model without a decoder."""
    codes: Tensor | None
    """Posterior means (n, latents) of the first n examples; None for a model without encoder."""

    def examples(self, n: int) -> Tensor:
        """The first n examples, or all where they are fewer."""
        x: Tensor = self.data.take(np.arange(min(n, len(self.data))))
        return x


def explore(model: Model, held_out: Dataset, seed: int) -> Scene:
    """Encode held-out examples, and rank and name the latent axes, as far as the model can."""
    scene = Scene(model, held_out, seed, tools_for(model), [], None)
    with torch.inference_mode():
        codes = _codes(scene) if "encode" in scene.tools else None
    ranked = axes(scene.model, rng=seed) if "traverse" in scene.tools else []
    if codes is not None:
        shown = held_out.select(np.arange(len(codes)))
        ranked = name_axes(codes, shown.table(), ranked)
    return Scene(model, held_out, seed, scene.tools, ranked, codes)


def _codes(scene: Scene) -> Tensor:
    device, n = home(scene.model), min(ENCODED, len(scene.data))
    encoded = torch.arange(n)
    return in_batches(
        lambda rows: scene.model.encode(scene.data.take(rows.numpy(), device=device)).mean, encoded
    )


def model_sections(scene: Scene) -> list[Section]:
    """The parts of the page that this model can fill."""
    makers = (
        ("sample", _samples),
        ("reconstruct", _reconstructions),
        ("traverse", _axes),
        ("interpolate", _paths),
        ("encode", _latents),
    )
    return [make(scene) for tool, make in makers if tool in scene.tools]


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
    codes = [scene.model.latent.draw(columns, rng) for _ in range(stops)]
    legs = [interpolate(scene.model, *ends, frames=frames) for ends in itertools.pairwise(codes)]
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


def _samples(scene: Scene) -> Section:
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
        figure(body, f"{len(x):,} draws with seed {scene.seed}."),
    )


def _reconstructions(scene: Scene) -> Section:
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


def _axes(scene: Scene) -> Section:
    media, found = scene.model.media, scene.axes
    shown = [axis for axis in found[:SHOWN_AXES] if axis.share >= SHOWN_SHARE] or found[:1]
    strips = traverse(scene.model, axes=[axis.index for axis in shown], frames=11)
    if isinstance(media, Images):
        rows = [
            _axis_row(axis, strip, shown[0], media)
            for axis, strip in zip(shown, strips, strict=True)
        ]
        body = '<button type="button" class="play" hidden>Play all</button>' + "".join(rows)
    else:
        names = [_axis_name(axis) for axis in shown]
        beside = scene.examples(1000)
        plane = show_strips(
            strips[:6], media, "The effect of each latent", names[:6], beside=beside
        )
        bars = Series("", range(len(shown)), [axis.effect for axis in shown], "bars")
        effects = plot([bars], title="Effect of each axis", x_label="rank", y_label="effect")
        body = f'<div class="plots">{plane}{effects}</div>'
    quiet = len(found) - len(shown)
    left = f" {quiet} more have less or no effect." if quiet else ""
    return Section(
        "Latent axes",
        "One latent moves and all others stay at their centre; the strongest effect comes first. "
        "An axis is named after the known factor that it follows, with the strength of the "
        "correlation from 0 to 1, where there is one.",
        body + f'<p class="note">From 2.5 standard deviations below the centre to 2.5 above it. '
        f"The effect is the root-mean-square change of an example over ±2 of them.{left}</p>",
    )


def _axis_name(axis: Axis) -> str:
    return f"z{axis.index}" + (f" {axis.name}" if axis.name else "")


def _axis_row(axis: Axis, strip: Tensor, strongest: Axis, media: Images) -> str:
    """A filmstrip, and a window with a slider that shows one frame of it larger."""
    frames, gap = len(strip), 2
    picture = sheet(strip, frames, gap, clear=True)
    height, width = picture.shape[:2]
    frame = (width + gap) / frames - gap
    alt = f"Effect of latent {axis.index}" + (f", which follows {axis.name}" if axis.name else "")
    return (
        f'<figure class="axis" style="--whole:{width / frame:.5f};--tall:{height / frame:.5f}" '
        f'data-step="{100 * (frame + gap) / width:.5f}"><figcaption>'
        f"<code>z{axis.index}</code><strong>{escape(axis.name or '')}</strong>"
        f'<meter min="0" max="{strongest.effect:.6g}" value="{axis.effect:.6g}" '
        f'aria-label="effect"></meter><span>{short(axis.effect)} · {axis.share:.0%}</span>'
        f'</figcaption><div class="film"><div class="window" hidden><div></div>'
        f'<input type="range" min="0" max="{frames - 1}" value="{frames // 2}" '
        f'aria-label="latent {axis.index}"></div>{image(picture, alt, kind=picture_kind(media))}'
        "</div></figure>"
    )


def _paths(scene: Scene) -> Section:
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
    names = [f"path {k + 1}" for k in range(rows)]
    body = show_strips(
        strips, scene.model.media, f"Paths between {ends}", names, beside=scene.examples(1000)
    )
    shape = "on an arc around the centre" if latent.prior else "on a straight line"
    return Section(
        "Interpolations",
        f"Each path leads from the code of one example to that of another, {shape}: every step "
        "should look like an example itself, and no step should jump.",
        figure(body, f"Left and right end: the codes of {ends}."),
    )


def _latents(scene: Scene) -> Section:
    codes = scene.codes
    if codes is None:
        raise ValueError("a scene with an encoder holds codes")
    spread = codes.double().var(0, correction=0) if len(codes) else codes.new_zeros(0)
    if "traverse" in scene.tools:
        std = scene.model.latent.std.cpu().double()
        spread = spread / torch.where(std > 0, std, 1.0).square()
    active = int((spread > ACTIVE).sum())
    ranked = spread.sort(descending=True).values.tolist()
    bars = plot(
        [Series("", range(1, len(ranked) + 1), ranked, "bars")],
        title="Variance of the code along each latent",
        x_label="latent, by rank",
        y_label="variance of the code",
    )
    return Section(
        "Latents",
        f"{active} of {len(ranked)} latents are active: their value differs from example to "
        "example, while the others were given up because they were not worth their cost.",
        f'<div class="plots">{bars}{_map(scene, codes)}</div>',
    )


def _map(scene: Scene, codes: Tensor) -> str:
    """Where the examples lie along the two strongest axes, coloured by a category if known."""
    order = [axis.index for axis in scene.axes] or list(range(codes.shape[1]))
    if len(order) < 2:
        return ""
    i, j = order[:2]
    table = scene.data.select(np.arange(len(codes))).table()
    category = next((c for c in table.values() if 1 < len(c.names) <= 6), None)
    groups = np.zeros(len(codes), int) if category is None else category.values.astype(int)
    names = ("",) if category is None else category.names
    series = [
        Series(name, codes[groups == k, i].tolist(), codes[groups == k, j].tolist(), "dots", k)
        for k, name in enumerate(names)
    ]
    return plot(series, title="Codes of held-out examples", x_label=f"z{i}", y_label=f"z{j}")
