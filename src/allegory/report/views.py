"""Results of the tools as HTML: pictures on sheets, vectors as plots."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from allegory.media import Images, Pairs
from allegory.report.draw import side_by_side
from allegory.report.html import image
from allegory.report.plots import Series, histogram, plot
from allegory.report.sheets import sheet
from allegory.report.sounds import players

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from allegory.media import Media

__all__ = ["picture_kind", "show_examples", "show_pairs", "show_points", "show_strips"]

COARSE = 64
"""Sides up to this are shown pixel by pixel when enlarged."""
BINS = 40


def picture_kind(media: Images | Pairs) -> str:
    """The CSS class of pictures of this size."""
    return "pixels" if max(media.height, media.width) <= COARSE else "smooth"


def show_examples(
    x: Tensor, media: Media, alt: str, *, columns: int, beside: Tensor | None = None
) -> str:
    """Examples x (n, *media.shape); vectors in front of the data `beside` (m, *media.shape)."""
    if isinstance(media, Pairs):
        pairs = sheet(side_by_side(x, media), max(1, columns // 2))
        return image(pairs, alt, kind=picture_kind(media))
    if isinstance(media, Images):
        shown = image(sheet(x, columns, clear=True), alt, kind=picture_kind(media))
        return shown + players(x, media, "the first ones")
    return show_points(x, alt, beside=beside)


def show_points(x: Tensor, alt: str, *, beside: Tensor | None = None) -> str:
    """Vectors x (n, size) by two columns, in front of the data `beside` (m, size)."""
    groups = {"data": beside, "model": x} if beside is not None else {"data": x}
    if x.shape[1] == 1:
        return plot(_histograms(groups), title=alt, x_label="value", y_label="density")
    return _plane([_dots(v, name, -1 if name == "data" else 0) for name, v in groups.items()], alt)


def show_pairs(x: Tensor, y: Tensor, media: Media, alt: str, *, columns: int) -> str:
    """Originals x and reconstructions y, (n, *media.shape) each."""
    if isinstance(media, Images):
        rows = zip(torch.split(x, columns), torch.split(y, columns), strict=True)
        sheets = (sheet(torch.cat(row), len(row[0]), clear=True) for row in rows)
        images = "".join(image(pair, alt, kind=picture_kind(media)) for pair in sheets)
        sounds = players(x, media, "original") + players(y, media, "reconstruction")
        return f'<div class="pairs">{images}</div>{sounds}'
    if media.shape == (1,):
        line = Series("", *_columns(x, x), "line", -1)
        dots = Series("", *_columns(x, y), "dots")
        return plot([line, dots], title=alt, x_label="original", y_label="reconstructed")
    return _plane([_dots(x, "original", -1), _dots(y, "reconstructed", 0)], alt)


def show_strips(
    strips: Tensor, media: Media, alt: str, names: Sequence[str], *, beside: Tensor | None
) -> str:
    """Paths (paths, frames, *media.shape); vectors in front of the data `beside`."""
    if isinstance(media, Images):
        rows = sheet(strips.flatten(0, 1), strips.shape[1], clear=True)
        return image(rows, alt, kind=picture_kind(media)) + players(
            strips[0], media, "the first row"
        )
    named = list(enumerate(zip(strips, names, strict=True)))
    if media.shape == (1,):
        time = range(strips.shape[1])
        lines = [
            Series(name, time, strip[:, 0].tolist(), "marks", k) for k, (strip, name) in named
        ]
        return plot(lines, title=alt, x_label="step", y_label="value")
    data = [] if beside is None else [_dots(beside, "data", -1)]
    paths = [Series(name, *_columns(s, s[:, 1:]), "marks", k) for k, (s, name) in named]
    return _plane([*data, *paths], alt)


def _plane(series: list[Series], alt: str) -> str:
    return plot(series, title=alt, x_label="first column", y_label="second column", equal=True)


def _columns(a: Tensor, b: Tensor) -> tuple[list[float], list[float]]:
    return a[:, 0].tolist(), b[:, 0].tolist()


def _dots(x: Tensor, name: str, colour: int) -> Series:
    return Series(name, *_columns(x, x[:, 1:]), "dots", colour)


def _histograms(groups: dict[str, Tensor]) -> list[Series]:
    every = [value for x in groups.values() for value in x[:, 0].tolist()]
    low, high = min(every), max(every)
    high = high if high > low else low + 1.0
    return [
        histogram(
            x[:, 0].tolist(),
            low=low,
            high=high,
            bins=BINS,
            name=name,
            colour=-1 if name == "data" else 0,
        )
        for name, x in groups.items()
    ]
