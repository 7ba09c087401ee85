"""What each tool needs of a model: the one table behind every refusal, help text and matrix."""

from __future__ import annotations

from typing import Any

from allegory.capabilities import capabilities_of
from allegory.errors import UserError, unknown

__all__ = ["OWNERS", "TOOLS", "require", "tools_for"]

TOOLS: dict[str, tuple[str, ...]] = {
    "sample": ("Samples",),
    "reconstruct": ("Encodes", "Decodes"),
    "interpolate": ("Decodes",),
    "traverse": ("Decodes",),
    "encode": ("Encodes",),
    "density": ("Scores",),
    "prediction": ("Predicts",),
}
"""Tool -> capabilities that it needs, all of them. "density" and "prediction" are the parts of
`evaluate` that ask how probable held-out examples are, and how well known quantities are read off
them; the rest of `evaluate` works for every model."""

OWNERS: dict[str, tuple[str, str]] = {
    "Samples": ("draw new examples", "variational autoencoders"),
    "Encodes": ("find the latent code of an example", "autoencoders and feature networks"),
    "Decodes": ("turn latent codes into examples", "autoencoders, variational or plain"),
    "Scores": ("say how probable an example is", "variational autoencoders"),
    "Predicts": ("read known quantities off an example", "regressors"),
}
"""Capability -> what it means in words, and the kinds of model that have it."""


def require(model: object, tool: str) -> Any:
    """The model itself, or a UserError that says what it lacks for the tool, and who has it."""
    if tool not in TOOLS:
        raise unknown("tool", tool, TOOLS)
    for capability in TOOLS[tool]:
        if capability not in capabilities_of(model):
            ability, owners = OWNERS[capability]
            raise UserError(
                f"'{tool}' needs a model that can {ability} ({capability}), and this one cannot: "
                f"{owners} can."
            )
    return model


def tools_for(model: object) -> tuple[str, ...]:
    """The tools that work for this model, in the order of the table."""
    has = capabilities_of(model)
    return tuple(tool for tool, needs in TOOLS.items() if has.issuperset(needs))
