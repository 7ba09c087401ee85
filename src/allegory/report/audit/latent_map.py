"""The latent map: examples at their places, as a still and, where scripts run, to be explored."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from allegory.media import to_bytes
from allegory.report.audit.pictures import some, webp
from allegory.report.html import Section, figure
from allegory.report.plots import Series, plot
from allegory.report.sheets import to_image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from allegory.data.dataset import Column
    from allegory.report.audit.audited import Audited

__all__ = ["map_data", "map_section"]

SIDE = 64
"""Longest side of a picture on the map, in pixels."""
ACROSS, DOWN = 30, 20
"""Cells of the still, of which each shows one example."""
STILL = 40
"""Side of a cell of the still."""
MOST = 24
"""Categories that colours can tell apart, at most."""


def map_section(found: Audited) -> Section:
    """The map."""
    m, n = len(found.mapped), len(found.data)
    which = f"{m:,} of the {n:,} examples, drawn at random" if m < n else f"all {n:,} examples"
    data = json.dumps(drawn_data(found), ensure_ascii=False, allow_nan=False).replace(
        "<", "\\u003c"
    )
    still = _still(found) if found.pictures is not None else _dots(found)
    return Section(
        "Latent map",
        f"The codes of {which}, laid out so that neighbours stay neighbours (t-SNE): what is "
        "alike is near. How large a patch is and how far apart two are says nothing.",
        f'<div class="map"><div class="stage">{still}'
        '<canvas hidden aria-label="Map of the examples"></canvas>'
        '<div class="tip" hidden></div></div>'
        '<div class="tools" hidden><label>Colour <select></select></label>'
        '<button type="button" data-do="look"></button>'
        '<button type="button" data-do="in" aria-label="closer">+</button>'
        '<button type="button" data-do="out" aria-label="farther">−</button></div>'
        '<div class="legend" hidden></div>'
        f'<script type="application/json">{data}</script></div>'
        + figure(
            "",
            "Point at an example, or tap it, to see it and what is known of it. + shows more.",
        ),
    )


def map_data(found: Audited) -> dict[str, Any]:
    """What another program draws the map from, and works on: also weights, and all examples."""
    rows = found.mapped
    strange = found.strange.found
    return {
        **drawn_data(found),
        "weights": found.balance.weights[rows].round(4).tolist(),
        "outliers": None if strange is None else strange.outlier.numpy()[rows].tolist(),
        "examples": len(found.data),
        "source": found.data.name.replace("\\", "/").rstrip("/").rpartition("/")[2],
    }


def drawn_data(found: Audited) -> dict[str, Any]:
    """What the script draws: places, atlas, names, and what to colour by."""
    rows = found.mapped
    kinds = np.zeros(len(found.data), np.int64)
    for k, cluster in enumerate(found.clusters):
        kinds[cluster.rows] = k
    rarity = [round(float(v), 3) for v in found.balance.rarity[rows]]
    colours: list[dict[str, Any]] = [{"name": "rarity", "values": rarity}]
    if len(found.clusters) > 1:
        names = [f"kind {k + 1}" for k in range(len(found.clusters))]
        colours.append({"name": "kind", "values": kinds[rows].tolist(), "names": names})
    if found.strange.found is not None:
        p = found.strange.found.p.numpy()[rows]
        strange = (-np.log10(np.maximum(p, 1e-6))).round(2).tolist()
        colours.append({"name": "how unusual (−log p)", "values": strange})
    for name, column in found.data.table().items():
        values = _values(column, rows)
        if values is not None:
            colours.append({"name": name, **values})
    return {
        "places": (1000 * found.places).round().astype(int).tolist(),
        "names": [found.name(r) for r in rows],
        "colours": colours,
        **_atlas(found),
    }


def _values(column: Column, rows: NDArray[np.int64]) -> dict[str, Any] | None:
    """The column for a script; None for text and for more categories than colours can tell."""
    if column.kind == "text" or (column.kind == "category" and not 1 < len(column.names) <= MOST):
        return None
    values = column.values[rows]
    if column.kind == "category":
        return {"values": values.tolist(), "names": list(column.names)}
    numbers = [float(f"{v:.5g}") if np.isfinite(v) else None for v in values.astype(np.float64)]
    return {"values": numbers}


def _atlas(found: Audited) -> dict[str, Any]:
    """All pictures of the map on one sheet, in rows; nothing for vectors."""
    if found.pictures is None:
        return {}
    tiles = _tiles(found, found.mapped, SIDE)
    across = math.ceil(math.sqrt(len(tiles)))
    height, width, channels = tiles.shape[1:]
    sheet = np.zeros((math.ceil(len(tiles) / across) * height, across * width, channels), np.uint8)
    for i, tile in enumerate(tiles):
        top, left = i // across * height, i % across * width
        sheet[top : top + height, left : left + width] = tile
    return {"atlas": webp(sheet), "across": across, "width": width, "height": height}


def _tiles(found: Audited, rows: NDArray[np.int64], side: int) -> NDArray[np.uint8]:
    """Pictures of these rows, (n, h, w, c), no side longer than this."""
    x = some(found.data, rows)
    pictures: NDArray[np.uint8] = to_bytes(x).permute(0, 2, 3, 1).numpy()
    height, width = pictures.shape[1:3]
    scale = side / max(height, width)
    if scale >= 1:
        return pictures
    size = (max(1, round(scale * width)), max(1, round(scale * height)))
    shrunk = [np.asarray(to_image(p).resize(size, Image.Resampling.BOX)) for p in pictures]
    return np.stack(shrunk).reshape(len(rows), size[1], size[0], -1)


def _still(found: Audited) -> str:
    """One picture a cell, of the example nearest its middle."""
    places = found.places * (ACROSS - 1e-6, DOWN - 1e-6)
    cells = np.floor(places).astype(int)
    away = ((places - cells - 0.5) ** 2).sum(1)
    nearest: dict[tuple[int, int], int] = {}
    for i in np.argsort(away, kind="stable"):
        nearest.setdefault((int(cells[i, 0]), int(cells[i, 1])), int(i))
    chosen = list(nearest.items())
    tiles = _tiles(found, found.mapped[[i for _, i in chosen]], STILL)
    if tiles.shape[3] == 1:
        tiles = tiles.repeat(3, axis=3)
    canvas = np.zeros((DOWN * STILL, ACROSS * STILL, 4), np.uint8)
    for ((column, row), _), tile in zip(chosen, tiles, strict=True):
        h, w, channels = tile.shape
        top, left = row * STILL + (STILL - h) // 2, column * STILL + (STILL - w) // 2
        canvas[top : top + h, left : left + w, :channels] = tile
        if channels == 3:
            canvas[top : top + h, left : left + w, 3] = 255
    alt = f"{len(chosen)} examples at their places"
    return (
        f'<img class="smooth still" src="{webp(canvas)}" alt="{alt}" '
        f'width="{ACROSS * STILL}" height="{DOWN * STILL}">'
    )


def _dots(found: Audited) -> str:
    rarity = found.balance.rarity[found.mapped]
    thirds = [("common", rarity < 1 / 3), ("usual", (rarity >= 1 / 3) & (rarity < 2 / 3))]
    thirds.append(("rare", rarity >= 2 / 3))
    series = [
        Series(name, found.places[of, 0].tolist(), found.places[of, 1].tolist(), "dots", k)
        for k, (name, of) in enumerate(thirds)
    ]
    return f'<div class="still">{plot(series, title="Examples at their places")}</div>'
