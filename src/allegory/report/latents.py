"""What the latents do and which are used: axes with their filmstrips, and the spread of codes."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np
import torch

from allegory.media import Images
from allegory.report.html import Section, figure, image, table
from allegory.report.plots import Series, plot
from allegory.report.sheets import sheet
from allegory.report.ticks import short
from allegory.report.views import picture_kind, show_strips
from allegory.tools.traverse import Axis, move, typical

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.report.scene import Scene

__all__ = ["axes_section", "latents_section"]

SHOWN_AXES, SHOWN_SHARE = 12, 0.002
"""How many axes are shown at most, and the share of the effect that each must have."""
ACTIVE = 0.01
"""Variance of a latent's posterior mean, in units of the prior's, above which it carries
something (Burda et al. 2016, "Importance weighted autoencoders", section 5.2)."""


def axes_section(scene: Scene) -> Section:
    """What each latent does, the strongest first, from the most central example."""
    ways, media, latent = scene.ways, scene.model.media, scene.model.latent
    if ways is None:
        raise ValueError("a scene with a decoder holds ways through its latent space")
    found = ways.axes
    shown = [axis for axis in found[:SHOWN_AXES] if axis.share >= SHOWN_SHARE] or found[:1]
    indices = [axis.index for axis in shown]
    start = typical(latent, scene.codes, scene.seed)
    seen = "the held-out example nearest the centre"
    place = f"a draw with seed {scene.seed}" if scene.codes is None else seen
    strips = move(scene.model, ways.vectors[indices], start=start, frames=11)
    if isinstance(media, Images):
        rows = [
            _axis_row(axis, ways.short(axis.index), strip, shown[0], media)
            for axis, strip in zip(shown, strips, strict=True)
        ]
        body = '<button type="button" class="play" hidden>Play all</button>' + "".join(rows)
    else:
        names = [ways.short(j) for j in indices]
        plane = show_strips(
            strips[:6], media, "The effect of each axis", names[:6], beside=scene.examples(500)
        )
        cells = [
            (name, axis.name or "", short(axis.effect), f"{axis.share:.0%}")
            for name, axis in zip(names, shown, strict=True)
        ]
        body = figure(plane, "The path of an example along each axis.") + table(
            cells, ("axis", "follows", "effect", "share")
        )
    what = (
        "One latent moves and all others stay as they are in"
        if ways.kind == "latents"
        else "The code moves along one direction, and stays otherwise as it is in"
    )
    why = (
        ""
        if ways.kind == "latents"
        else "The directions are those along which examples change most, all at right angles: "
        "single latents of a model without an encoder stand for nothing by themselves. "
    )
    quiet = len(found) - len(shown)
    left = f" {quiet} more have less or no effect." if quiet else ""
    return Section(
        "Latent axes",
        f"{what} {place}; the strongest effect comes first. {why}"
        "An axis is named after the known factor that it follows, with the strength of the "
        "correlation from 0 to 1, where there is one.",
        body + f'<p class="note">From 2.5 standard deviations below the centre to 2.5 above it. '
        f"The effect is the root-mean-square change of an example over ±2 of them.{left}</p>",
    )


def _axis_row(axis: Axis, short_name: str, strip: Tensor, strongest: Axis, media: Images) -> str:
    """A filmstrip, and a window with a slider that shows one frame of it larger."""
    frames, gap = len(strip), 2
    picture = sheet(strip, frames, gap, clear=True)
    height, width = picture.shape[:2]
    frame = (width + gap) / frames - gap
    alt = f"Effect of {short_name}" + (f", which follows {axis.name}" if axis.name else "")
    return (
        f'<figure class="axis" style="--whole:{width / frame:.5f};--tall:{height / frame:.5f}" '
        f'data-step="{100 * (frame + gap) / width:.5f}"><figcaption>'
        f"<code>{short_name}</code><strong>{escape(axis.name or '')}</strong>"
        f'<meter min="0" max="{strongest.effect:.6g}" value="{axis.effect:.6g}" '
        f'aria-label="effect"></meter><span>effect {short(axis.effect)} · {axis.share:.0%} of all'
        "</span>"
        f'</figcaption><div class="film"><div class="window" hidden><div></div>'
        f'<input type="range" min="0" max="{frames - 1}" value="{frames // 2}" '
        f'aria-label="{short_name}"></div>{image(picture, alt, kind=picture_kind(media))}'
        "</div></figure>"
    )


def latents_section(scene: Scene) -> Section:
    """How many latents are in use, and where held-out examples lie."""
    codes = scene.codes
    if codes is None:
        raise ValueError("a scene with an encoder holds codes")
    spread = codes.double().var(0, correction=0) if len(codes) else codes.new_zeros(0)
    if "traverse" in scene.tools:
        std = scene.model.latent.std.cpu().double()
        spread = spread / torch.where(std > 0, std, 1.0).square()
    active = int((spread > ACTIVE).sum())
    quiet = (
        " The others say nothing: what they could tell was not worth its cost in nats."
        if active < len(spread)
        else ""
    )
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
        f"example.{quiet} Beside it, where examples lie along the two strongest axes.",
        f'<div class="plots">{bars}{_map(scene, codes)}</div>',
    )


def _map(scene: Scene, codes: Tensor) -> str:
    """Where the examples lie along the two strongest axes, coloured by a category if known."""
    axes = [] if scene.ways is None else scene.ways.axes
    order = [axis.index for axis in axes] or list(range(codes.shape[1]))
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
