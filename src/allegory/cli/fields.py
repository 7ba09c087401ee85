"""The fields of a recipe as options of a verb."""

from __future__ import annotations

import dataclasses
import inspect
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import tyro

from allegory.cli.parse import call
from allegory.errors import UserError
from allegory.files import read_toml
from allegory.recipes.settings import PARTS, Run, change
from allegory.recipes.table import RECIPES, recipe

__all__ = ["call_for_recipe", "changed", "with_fields"]

HIDDEN = frozenset({"kind", "source"})
"""Fields that are chosen by the recipe's name and by the position of the source."""

ALSO = {"derive": ("--from",)}
"""Other names of options."""


def call_for_recipe(
    interface: Callable[[Run], Any], arguments: list[str], verb: str, example: str
) -> None:
    """Call a verb whose first argument is a recipe and whose options are the recipe's fields.

    Args:
        interface: makes the function of the verb for a recipe, and for what --config says of it.
        arguments: what stands behind the verb.
        verb: its name.
        example: of its use.

    Raises:
        UserError: no recipe is named, or an argument can't be used.
    """
    if not arguments or arguments[0].startswith("-"):
        sys.stdout.write(overview(verb))
        if arguments[:1] in (["-h"], ["--help"]):
            return
        raise UserError(f"name a recipe and a source, such as '{example}'.")
    name, rest = arguments[0], arguments[1:]
    start = recipe(name)
    config = option(rest, "--config")
    if config is not None:
        start = configured(start, Path(config))
    call(interface(start), rest, f"{verb} {name}")


def overview(verb: str) -> str:
    """The recipes, and how to see the fields of one."""
    lines = [f"  {name:<12} {inspect.getdoc(make)}" for name, make in RECIPES.items()]
    return (
        f"usage: allegory {verb} RECIPE SOURCE [options]\n\nrecipes:\n"
        + "\n".join(lines)
        + f"\n\n'allegory {verb} RECIPE --help' lists the options of a recipe.\n"
    )


def option(arguments: list[str], flag: str) -> str | None:
    """The value of an option, before the rest is parsed."""
    for i, argument in enumerate(arguments):
        if argument == flag and i + 1 < len(arguments):
            return arguments[i + 1]
        if argument.startswith(f"{flag}="):
            return argument.removeprefix(f"{flag}=")
    return None


def configured(run: Run, path: Path) -> Run:
    """The run with what a TOML file says: a whole run.toml, its tables, or fields alone."""
    values = read_toml(path)
    values.pop("recipe", None)
    fields: dict[str, Any] = {k: v for k, v in values.items() if k not in PARTS}
    for part in PARTS:
        given = values.get(part, {})
        if not isinstance(given, dict):
            raise UserError(f"--config {path}: '{part}' must be a table, [{part}].")
        fields |= given
    return change(run, {k: v for k, v in fields.items() if k not in HIDDEN})


def changed(start: Run, source: str, parts: Mapping[str, Any]) -> Run:
    """The run with this source, and the fields of its parts as they were parsed."""
    fields = {k: v for part in parts.values() for k, v in dataclasses.asdict(part).items()}
    return change(start, fields | {"source": source})


def with_fields(
    function: Callable[..., None], start: Run, hidden: frozenset[str] = HIDDEN
) -> Callable[..., None]:
    """The function, whose keywords "parts" are read as the fields of this run but the hidden."""
    signature = inspect.signature(function)
    plain = [p for p in signature.parameters.values() if p.name != "parts"]
    tables = [
        inspect.Parameter(
            part, inspect.Parameter.KEYWORD_ONLY, annotation=table(start, part, hidden)
        )
        for part in PARTS
    ]
    hints = {p.name: p.annotation for p in tables}
    function.__signature__ = signature.replace(parameters=[*plain, *tables])  # type: ignore[attr-defined]
    function.__annotations__ = {
        k: v for k, v in function.__annotations__.items() if k != "parts"
    } | hints
    return function


def table(run: Run, part: str, hidden: frozenset[str]) -> type:
    """A part of the run as a data class with the run's values as defaults.

    Ranges are left out: they are checked, and told in one line, when the run is made.
    """
    value = getattr(run, part)
    fields = []
    for name, info in type(value).model_fields.items():
        if name in hidden:
            continue
        option = tyro.conf.arg(help=info.description, aliases=ALSO.get(name))
        described = Annotated.__class_getitem__(  # type: ignore[attr-defined]
            (info.annotation, option)
        )
        fields.append((name, described, dataclasses.field(default=getattr(value, name))))
    made = dataclasses.make_dataclass(part, fields, frozen=True)
    made.__doc__ = ""
    return made
