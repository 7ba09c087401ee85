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

TABS = {"explore": "traverse", "quiz": "sample", "translate": "translate"}
"""Tab -> tool that must work for the model."""


def tabs_of(shelf: Shelf, name: str) -> list[str]:
    """The tabs of a run; none before it has weights."""
    folder = shelf.run(name)
    if not folder.weights("last").exists():
        return []
    try:
        model = shelf.model(name)
    except UserError:
        return []
    if isinstance(model.media, Vectors):
        return []
    tools = set(tools_for(model))
    if isinstance(model, Decodes) and without_ways(model) is not None:
        tools.discard("traverse")
    return [tab for tab, tool in TABS.items() if tool in tools]
