"""How a model that samples comes along while it trains: figures, and what they say in words."""

from allegory.measures.health.figures import Figures, Judgements, measure
from allegory.measures.health.findings import Finding, findings
from allegory.measures.health.reference import Reference, reference

__all__ = ["Figures", "Finding", "Judgements", "Reference", "findings", "measure", "reference"]
