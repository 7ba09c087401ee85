"""Towns: a street map and its aerial view, drawn from one plan."""

from allegory.data.sources.towns.pack import pack

__all__ = ["pack"]
