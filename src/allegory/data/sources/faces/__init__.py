"""The source `faces`: rendered 3-D heads with known factors, and objects to tell them from."""

from allegory.data.sources.faces.factors import FACTORS, OBJECT_FACTORS, Factor, draw, factors_of
from allegory.data.sources.faces.render import render

__all__ = ["FACTORS", "OBJECT_FACTORS", "Factor", "draw", "factors_of", "render"]
