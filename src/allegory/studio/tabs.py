"""What a run's page offers: a tab for each tool that works for its model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allegory.capabilities import Decodes
from allegory.errors import UserError
from allegory.media import Vectors
from allegory.tools.requires import tools_for
from allegory.tools.ways import without_ways

if TYPE_CHECKING:
    from allegory.studio.shelf import Shelf

__all__ = ["TABS", "Tabs", "tabs_of"]

TABS = {
    "distributions": "watch",
    "explore": "traverse",
    "quiz": "sample",
    "translate": "translate",
    "audit": "audit",
}
"""Tab -> tool that must work for the model."""
OF_VECTORS = ("distributions", "audit")
"""What there is to be seen of rows of numbers; the first is of nothing else."""


@dataclass(frozen=True)
class Tabs:
    """What a run's page offers."""

    names: tuple[str, ...] = ()
    fault: str = ""
    """Why its model can't be opened; "" where it can, or is still to come."""


def tabs_of(shelf: Shelf, name: str) -> Tabs:
    """The tabs of a run; none before it has weights."""
    folder = shelf.run(name)
    if not folder.weights("last").exists():
        return Tabs()
    try:
        model = shelf.model(name)
    except UserError as error:
        return Tabs(fault=str(error).replace(str(folder.path), name))
    tools = set(tools_for(model))
    if isinstance(model, Decodes) and without_ways(model) is not None:
        tools -= {"traverse", "audit"}
    vectors = isinstance(model.media, Vectors)
    shown = [tab for tab in TABS if (tab in OF_VECTORS if vectors else tab != OF_VECTORS[0])]
    return Tabs(tuple(tab for tab in shown if TABS[tab] in tools))
