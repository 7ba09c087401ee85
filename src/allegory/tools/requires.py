"""What each tool and measure needs of a model: the tables behind every refusal and help text."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allegory.capabilities import CAPABILITIES, capabilities_of
from allegory.errors import UserError, unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MEASURES", "TOOLS", "Measure", "lacking", "require", "tools_for"]

TOOLS: dict[str, tuple[str, ...]] = {
    "sample": ("Samples",),
    "sample a class": ("Conditional",),
    "choose a solver": ("Denoises",),
    "vary": ("Denoises",),
    "inpaint": ("Denoises",),
    "reconstruct": ("Encodes", "Decodes"),
    "interpolate": ("Decodes",),
    "traverse": ("Decodes",),
    "encode": ("Encodes",),
    "audit": ("Encodes",),
    "balance": ("Encodes",),
    "fill thin regions": ("Encodes", "Decodes"),
    "invert": ("Decodes",),
    "export": ("Encodes | Decodes",),
    "translate": ("Translates",),
    "watch": ("Samples",),
    "outliers": ("Encodes | Scores | Discriminates",),
}
"""Tool -> capabilities that it needs, all of them; of "A | B" one."""


@dataclass(frozen=True)
class Measure:
    """A group of measures of `evaluate`, which rest on the same examples."""

    needs: tuple[str, ...]
    """Capabilities of the model, all of them."""
    asks: str
    """The question that it answers."""
    cost: str
    """What its time grows with."""


MEASURES: dict[str, Measure] = {
    "reconstruction": Measure(
        ("Encodes", "Decodes"), "How much of an example comes back from its code?", "examples"
    ),
    "density": Measure(("Scores",), "How probable are held-out examples?", "examples x draws"),
    "fidelity": Measure(
        ("Samples",), "How like held-out examples are generated ones?", "samples squared"
    ),
    "two-sample": Measure(
        ("Samples",), "Can a classifier tell generated from held-out examples?", "samples"
    ),
    "memorisation": Measure(
        ("Samples",),
        "Are generated examples copies of training examples?",
        "samples x training examples",
    ),
    "modes": Measure(
        ("Samples",), "How many of the known modes are generated, and how evenly?", "samples"
    ),
    "conditional": Measure(
        ("Conditional",),
        "Is a sample of the class that was asked for, and do samples of one class differ?",
        "samples squared / classes",
    ),
    "discrimination": Measure(
        ("Samples", "Discriminates"),
        "Can the discriminator still tell, and does it know the training examples by heart?",
        "samples + examples",
    ),
    "translation": Measure(
        ("Translates",),
        "Are translations near to their partners, like the target, and of the same content?",
        "samples squared",
    ),
    "latent": Measure(
        ("Encodes", "Decodes"),
        "Does all of the latent space decode to likely content, without jumps?",
        "examples squared x latents",
    ),
    "disentanglement": Measure(
        ("Encodes",),
        "Does each latent follow one known factor?",
        "examples x latents x factors",
    ),
    "prediction": Measure(
        ("Predicts",), "How well are known quantities read off held-out examples?", "examples"
    ),
    "classification": Measure(
        ("Classifies",), "How often is the class of a held-out example told?", "examples"
    ),
    "groups": Measure(("Classifies",), "Are the groups of --group told equally well?", "examples"),
}
"""Groups of measures by name, in the order of every table."""


def require(model: object, tool: str) -> Any:
    """The model itself, or a UserError that says what it lacks for the tool."""
    if tool not in TOOLS:
        raise unknown("tool", tool, TOOLS)
    reason = lacking(model, TOOLS[tool])
    if reason is not None:
        serves = ", ".join(tools_for(model)) or "none"
        raise UserError(f"'{tool}' needs {reason}; tools that work for it: {serves}.")
    return model


def lacking(model: object, needs: Sequence[str]) -> str | None:
    """What the model lacks of these capabilities, in words; None where it has them all."""
    has = capabilities_of(model)
    for need in needs:
        if has.isdisjoint(need.split(" | ")):
            does = " or ".join(map(_does, need.split(" | ")))
            return f"a model that {does}, and this one does not"
    return None


def _does(capability: str) -> str:
    text = (inspect.getdoc(CAPABILITIES[capability]) or "").partition("\n")[0].rstrip(".")
    return f"{text[0].lower()}{text[1:]} ({capability})"


def tools_for(model: object) -> tuple[str, ...]:
    """The tools that work for this model, in the order of the table."""
    has = capabilities_of(model)
    return tuple(
        tool
        for tool, needs in TOOLS.items()
        if all(not has.isdisjoint(need.split(" | ")) for need in needs)
    )
