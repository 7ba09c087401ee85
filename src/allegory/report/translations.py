"""Pictures, what a model translates them to, and what they should be or come back as."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from allegory.report.draw import in_colour
from allegory.report.html import Section, figure, image
from allegory.report.sheets import sheet
from allegory.report.sounds import PLAYERS, players, sounding
from allegory.report.views import picture_kind
from allegory.tools.translate import source_of, translate

if TYPE_CHECKING:
    from numpy import uint8
    from numpy.typing import NDArray
    from torch import Tensor

    from allegory.capabilities import Translates
    from allegory.report.scene import Scene

__all__ = ["draw_translations", "translations_section"]

COLUMNS = 12


def rows_of(model: Translates, x: Tensor, to: str) -> tuple[list[Tensor], str]:
    """Pictures of pairs x (n, *media.shape) and their translations, (n, 3, h, w) each, and names.

    Then the partners, where they belong together; else what comes back, where there is a way.
    """
    media, source = model.media, source_of(model, to)
    halves = dict(zip(media.names, media.halves(x), strict=True))
    made = translate(model, halves[source], to)
    rows, names = [halves[source], made], [source, f"translated to {to}"]
    if media.matched:
        rows, names = [*rows, halves[to]], [*names, f"its partner, {to}"]
    elif source in model.targets:
        rows, names = [*rows, translate(model, made, source)], [*names, "and back"]
    return [in_colour(row.float()) for row in rows], ", ".join(names)


def draw_translations(model: Translates, x: Tensor, columns: int = 8) -> NDArray[uint8]:
    """Pairs x (n, *media.shape) translated to each target: rows below each other, all full."""
    columns = min(columns, len(x))
    rows: list[Tensor] = []
    for to in model.targets:
        found, _ = rows_of(model, x[: len(x) // columns * columns], to)
        for part in zip(*(torch.split(row, columns) for row in found), strict=True):
            rows += part
    return sheet(torch.cat(rows), columns)


def translations_section(scene: Scene) -> Section:
    """Held-out pictures and their translations."""
    model = scene.model
    x = scene.examples(2 * COLUMNS)
    figures = []
    for to in model.targets:
        rows, names = rows_of(model, x, to)
        parts = zip(*(torch.split(row, COLUMNS) for row in rows), strict=True)
        kind = picture_kind(model.media.of(to))
        sheets = "".join(
            image(sheet(torch.cat(part), len(part[0])), f"Translations to {to}", kind=kind)
            for part in parts
        )
        figures.append(
            figure(
                f'<div class="pairs">{sheets}</div>{_heard(model, x, to)}', f"From above: {names}."
            )
        )
    return Section(
        "Translations",
        "Pictures that the model was never trained on, not chosen, and what it makes of them.",
        "".join(figures),
    )


def _heard(model: Translates, x: Tensor, to: str) -> str:
    """Players of pairs x (n, *media.shape) and their translations; "" where nothing is heard."""
    source = source_of(model, to)
    media = model.media.of(source)
    if not sounding(media):
        return ""
    mine = dict(zip(model.media.names, model.media.halves(x), strict=True))[source][:PLAYERS]
    made = translate(model, mine, to)
    return players(mine, media, source) + players(made, model.media.of(to), f"translated to {to}")
