"""The store of towns: pairs of a map and an aerial view."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allegory.data.dataset import Column
from allegory.data.plan import plan_mode, plan_size
from allegory.data.sources.towns.aerial import draw_aerial
from allegory.data.sources.towns.plan import draw_plan
from allegory.data.sources.towns.street_map import draw_map
from allegory.data.store import Packed, Writer, key_of, packed
from allegory.progress import track

if TYPE_CHECKING:
    from allegory.data.settings import DataSettings

__all__ = ["pack"]

EXAMPLES = 4_000
VERSION = 1
"""Raised when towns are drawn differently."""
CHUNK = 64


def pack(name: str, settings: DataSettings) -> Packed:
    """Draw towns: 4,000 of 64x64 unless the settings say otherwise."""
    height, width = plan_size(settings.size, [])
    mode = "RGB" if settings.mode == "auto" else plan_mode(settings.mode, [])
    n, seed = settings.examples or EXAMPLES, settings.data_seed
    made = {"n": n, "seed": seed, "mode": mode, "size": (height, width), "version": VERSION}
    return packed(
        key_of(name, **made), lambda writer: _build(writer, n, seed, mode, height, width)
    )


def _build(writer: Writer, n: int, seed: int, mode: str, height: int, width: int) -> None:
    from allegory.data.pictures import fit

    facts, drawn = [], []
    with track("drawing towns", n) as advance:
        for index in range(n):
            plan = draw_plan(seed, index, height, width)
            views = [draw(plan, height, width) for draw in (draw_map, draw_aerial)]
            if mode != "RGB":
                views = [fit(view, mode, height, width) for view in views]
            drawn.append(np.concatenate(views, axis=2))
            facts.append((plan.turn, plan.river is not None, len(plan.buildings)))
            if len(drawn) == CHUNK or index == n - 1:
                writer.append(np.stack(drawn))
                drawn = []
            advance(1)
    turns, rivers, buildings = (np.array(values) for values in zip(*facts, strict=True))
    writer.columns = {
        "turn": Column("number", turns.astype(np.float64)),
        "river": Column("category", rivers.astype(np.int64), ("no", "yes")),
        "buildings": Column("number", buildings.astype(np.float64)),
    }
    media = {"mode": mode, "height": height, "width": width}
    about = {"a": media, "b": media, "names": ["map", "aerial"], "matched": True}
    writer.info = {"media": media, "pairs": about}
