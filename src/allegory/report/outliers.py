"""The page of a search for outliers: the most unusual first, with what is unusual about them."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np
import torch

from allegory.files import atomic
from allegory.media import Images
from allegory.report.frame import framed, tile_list
from allegory.report.html import Section, figure, image, notice, table
from allegory.report.plots import Series, histogram, plot
from allegory.report.sheets import sheet
from allegory.report.ticks import short
from allegory.report.views import picture_kind, show_examples
from allegory.tools.reconstruct import reconstruct
from allegory.tools.requires import tools_for
from allegory.tools.strangeness import SCORES

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor

    from allegory.data.dataset import Dataset
    from allegory.tools.outliers import Detector, Found

__all__ = ["heat", "write_page"]

SHOWN = 60
"""Unusual examples on the page, at most."""
USUAL = 24
"""Usual examples that they are compared with."""
BINS = 40
HOTTEST = 6.0
"""Error, in usual ones, that is drawn brightest."""
HEAT = np.array([[13, 13, 30], [96, 20, 110], [212, 66, 70], [250, 170, 60], [255, 250, 210]])
"""Colours of the error map from none to the hottest, evenly spaced."""
CELLS = 6
"""Columns of a vector that are told, at most."""


def write_page(path: Path, detector: Detector, data: Dataset, found: Found, *, run: str) -> None:
    """Write the page: pictures with their reconstruction and error map where there are some.

    Args:
        path: where to.
        detector: that judged.
        data: the examples.
        found: what it said of them.
        run: name of the run whose model it is.
    """
    order = np.argsort(-found.scores[detector.score].numpy(), kind="stable")
    outliers = int(found.outlier.sum())
    expected = detector.false_alarms * len(data)
    tiles = [
        (f"{len(data):,}", "examples"),
        (f"{outliers:,}", f"beyond the threshold, {short(detector.threshold)}"),
        (short(expected), "would be, were all normal"),
        (f"{len(detector.calibration[detector.score]):,}", "normal examples set the threshold"),
    ]
    skipped = len(data.skipped)
    unread = f"{skipped:,} file{'s' if skipped > 1 else ''} could not be read."
    notes = [unread] if skipped else []
    sections = [
        unusual_section(detector, data, found, order[:SHOWN]),
        usual_section(data, order[::-1][:USUAL]),
        scores_section(detector, found),
    ]
    page = framed(
        sections,
        title=f"outliers in {data.name}",
        eyebrow=run,
        heading=f"outliers <em>in</em> {escape(data.name)}",
        head=tile_list(tiles) + "".join(map(notice, notes)),
        tail="",
    )
    with atomic(path) as file:
        file.write(page.encode())


def unusual_section(
    detector: Detector, data: Dataset, found: Found, order: NDArray[np.int64]
) -> Section:
    """The most unusual examples, the first first."""
    x = data.take(order)
    captions = [caption(detector, data, found, int(i), rank) for rank, i in enumerate(order, 1)]
    title = "Most unusual"
    if not isinstance(data.media, Images):
        return Section(
            title,
            "The most unusual examples, with how likely a normal one is to be as strange.",
            vectors_table(x, captions),
        )
    maps = detector.error_map(x)
    made = None
    if "reconstruct" in tools_for(detector.model):
        made = reconstruct(detector.model, x)
    cards = []
    for i, words in enumerate(captions):
        rows = [x[i : i + 1]] if made is None else [x[i : i + 1], made[i : i + 1]]
        pictures = sheet(torch.cat(rows), len(rows), clear=True)
        inner = image(pictures, words[0], kind=picture_kind(data.media))
        if maps is not None:
            inner += image(heat(maps[i]), "where it is unusual", kind=picture_kind(data.media))
        flag = " outlier" if bool(found.outlier[order[i]]) else ""
        cards.append(
            figure(f'<div class="trio">{inner}</div>', " · ".join(words), kind=f"card{flag}")
        )
    lead = (
        "The most unusual first; those beyond the threshold have a coloured edge. p is the chance "
        "that a normal example is as strange."
    )
    if made is not None:
        lead += (
            " Beside each picture what the model makes of it, and where it is unusual: the error "
            f"in that of normal pictures at the same place, from dark (none) to bright "
            f"({HOTTEST:.0f} times as much and more)."
        )
    else:
        lead += " The model can't reconstruct, so it can't show where a picture is unusual."
    return Section(title, lead, f'<div class="gallery">{"".join(cards)}</div>')


def caption(detector: Detector, data: Dataset, found: Found, i: int, rank: int) -> list[str]:
    """Name of an example, its score and p-value, in words."""
    names = data.columns.get("file_name")
    name = f"row {data.rows[i]}" if names is None else str(names.values[data.rows[i]])
    score, p = float(found.scores[detector.score][i]), float(found.p[i])
    least = 1 / (len(detector.calibration[detector.score]) + 1)
    sign = "≤" if p <= least * (1 + 1e-9) else "="
    words = (f"{rank}. {name}", f"{detector.score} {short(score)}", f"p {sign} {short(p)}")
    return [part.replace(" ", "\u00a0") for part in words]


def vectors_table(x: Tensor, captions: list[list[str]]) -> str:
    """Unusual vectors: their captions, and their first numbers."""
    rows = [
        (
            *words,
            ", ".join(short(float(v)) for v in row[:CELLS]) + (" …" if len(row) > CELLS else ""),
        )
        for words, row in zip(captions, x, strict=True)
    ]
    return table(rows, ("example", "score", "p", "values"))


def usual_section(data: Dataset, order: NDArray[np.int64]) -> Section:
    """The least unusual examples, to compare with."""
    body = show_examples(data.take(order), data.media, "The least unusual examples", columns=12)
    return Section("Most usual", "The other end: what the model holds for ordinary.", body)


def scores_section(detector: Detector, found: Found) -> Section:
    """How the score that decides is spread, and what each of the scores would flag."""
    from allegory.measures.outliers import p_values

    rows = []
    for name, values in found.scores.items():
        flagged = p_values(values, detector.calibration[name]) <= detector.false_alarms
        mark = " (decides)" if name == detector.score else ""
        rows.append((name + mark, SCORES[name].says, f"{int(flagged.sum()):,}"))
    return Section(
        "Scores",
        "How the score that decides is spread among normal examples and among these: where both "
        "agree nothing is amiss. Below, every score, and how many of these it would flag.",
        figure(spread(detector, found), "The normal ones are those that set the threshold.")
        + table(rows, ("score", "what it is", "flags"), numbers=True),
    )


def spread(detector: Detector, found: Found) -> str:
    """Histograms of the score that decides, of normal examples and of these."""
    normal, here = detector.calibration[detector.score], found.scores[detector.score]
    low = float(torch.minimum(normal.min(), here.min()))
    # one far outlier would leave the rest in a single bar
    high = max(float(normal.max()), float(here.quantile(0.99)), low + 1e-9)
    series = [
        histogram(
            values.clamp(max=high).tolist(),
            low=low,
            high=high,
            bins=BINS,
            name=name,
            colour=colour,
        )
        for name, values, colour in (("normal", normal, -1), ("these", here, 0))
    ]
    line = [detector.threshold] * 2
    top = max(max(s.y) for s in series)
    if line[0] <= high:
        series.append(Series("threshold", line, [0.0, top], "line", 1))
    return plot(series, title="Spread of the score", x_label=detector.score, y_label="density")


def heat(map: Tensor) -> NDArray[np.uint8]:
    """An error map (height, width), 1 is usual, in colours: uint8 (H, W, 3)."""
    share = (map.double() / HOTTEST).clamp(0, 1).sqrt().numpy() * (len(HEAT) - 1)
    below = np.minimum(share.astype(np.int64), len(HEAT) - 2)
    part = (share - below)[..., None]
    colours = HEAT[below] * (1 - part) + HEAT[below + 1] * part
    factor = max(1, round(64 / max(map.shape)))
    pixels: NDArray[np.uint8] = colours.round().astype(np.uint8)
    return pixels.repeat(factor, axis=0).repeat(factor, axis=1)
