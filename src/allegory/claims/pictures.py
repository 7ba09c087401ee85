"""Models of pictures that several claims train alike, so that they share them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allegory.recipes.settings import Run

__all__ = ["OnPictures"]


@dataclass(frozen=True, kw_only=True)
class OnPictures:
    """Which pictures, and how long how large a model is trained on them."""

    seeds: int
    images: int
    """Seen by each model."""
    source: str
    size: str = "auto"
    examples: int | None = None
    network: str = "tiny"
    batch: int = 64

    def run(self, name: str, **fields: Any) -> Run:
        """The recipe of this name on these pictures, with these fields changed."""
        from allegory.recipes.settings import change
        from allegory.recipes.table import recipe

        given = {field: getattr(self, field) for field in ("images", "source", "size", "examples")}
        how = {"network": self.network, "batch": self.batch, "evaluations": 5}
        return change(recipe(name), {**given, **how, **fields})
