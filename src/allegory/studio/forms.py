"""A recipe's settings as a form: every field with its kind, range, help and default."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from allegory.errors import UserError
from allegory.recipes.settings import PARTS, change
from allegory.recipes.table import RECIPES, recipe
from allegory.studio.sources import source_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from allegory.recipes.settings import Run
    from allegory.studio.sources import Offer

__all__ = ["filled", "form", "forms"]

WORDS = frozenset({"factors", "label", "positive", "targets"})
"""Free text that a form may hold: names of columns, values of factors. All other free text is left
out, since it could name a file; what has a pattern is no path."""
SECOND = frozenset({"negatives", "to"})
"""Other sources, by the ids of the studio's list."""
FIRST = ("images", "size", "network", "latents", "beta", "examples", "label")
"""What is asked for first; the rest is folded away."""
BOUNDS = {
    "minimum": "min",
    "exclusiveMinimum": "above",
    "maximum": "max",
    "exclusiveMaximum": "below",
}


def forms() -> list[dict[str, Any]]:
    """The recipes, with a sentence each."""
    return [{"name": k, "about": inspect.getdoc(make)} for k, make in RECIPES.items()]


def form(name: str) -> list[dict[str, Any]]:
    """The fields of a recipe.

    Returns:
        Of each its "name", "part", "help", "value", whether it comes "first", its "kind" (integer,
        number, flag, choice, source, text, list), the "choices" of a choice, its range ("min",
        "above", "max", "below"), and what it may be "or" else.

    Raises:
        UserError: there is no such recipe.
    """
    run = recipe(name)
    fields = []
    for part in PARTS:
        value = getattr(run, part)
        for key, schema in type(value).model_json_schema()["properties"].items():
            entry = _entry(key, schema)
            if entry is not None:
                default = value.model_dump(mode="json")[key]
                fields.append({"part": part, "value": default, **entry})
    return fields


def _entry(name: str, schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """A field by its schema; None for what a form does not ask."""
    kinds = [s for s in schema.get("anyOf", [schema]) if s.get("type") != "null"]
    main = kinds[0]
    kind = _kind(name, main)
    if kind is None:
        return None
    entry = {
        "name": name,
        "help": " ".join(schema.get("description", "").split()),
        "first": name in FIRST,
        "kind": kind,
        **{word: main[key] for key, word in BOUNDS.items() if key in main},
    }
    if "enum" in main:
        entry["choices"] = main["enum"]
    if "anyOf" in schema:
        entry["or"] = [s.get("const") for s in schema["anyOf"] if "const" in s] or [None]
    return entry


def _kind(name: str, schema: Mapping[str, Any]) -> str | None:
    if "const" in schema:
        return None
    if "enum" in schema:
        return "choice"
    if name in SECOND:
        return "source"
    if schema["type"] == "string" and (name in WORDS or "pattern" in schema):
        return "text"
    if schema["type"] == "array" and name in WORDS:
        return "list"
    return {"integer": "integer", "number": "number", "boolean": "flag"}.get(schema["type"])


def filled(name: str, source: str, fields: Mapping[str, Any], known: Sequence[Offer]) -> Run:
    """The run of a filled form.

    Args:
        name: of the recipe.
        source: the id of a source.
        fields: as in the form, which has no other.
        known: the studio's sources.

    Raises:
        UserError: no such recipe, field or source, or a value out of its range.
    """
    asked = {entry["name"] for entry in form(name)}
    for field in fields:
        if field not in asked:
            raise UserError(f"the form of '{name}' has no field '{field[:100]}'.")
    chosen = {field: fields[field] for field in SECOND & fields.keys()} | {"source": source}
    sources = {k: None if v is None else source_of(known, str(v)) for k, v in chosen.items()}
    return change(recipe(name), {**fields, **sources})
