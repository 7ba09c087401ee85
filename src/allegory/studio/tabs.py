"""What a run's page offers: a tab for each tool that works for its model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allegory.capabilities import Decodes
from allegory.errors import UserError
from allegory.media import Vectors
from allegory.tools.requires import tools_for
from allegory.tools.ways import without_ways

if TYPE_CHECKING:
    from allegory.studio.shelf import Shelf

__all__ = ["TABS", "tabs_of"]

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


def tabs_of(shelf: Shelf, name: str) -> list[str]:
    """The tabs of a run; none before it has weights."""
    folder = shelf.run(name)
    if not folder.weights("last").exists():
        return []
    try:
        model = shelf.model(name)
    except UserError:
        return []
    tools = set(tools_for(model))
    if isinstance(model, Decodes) and without_ways(model) is not None:
        tools -= {"traverse", "audit"}
    vectors = isinstance(model.media, Vectors)
    shown = [tab for tab in TABS if (tab in OF_VECTORS if vectors else tab != OF_VECTORS[0])]
    return [tab for tab in shown if TABS[tab] in tools]
