"""allegory recipes."""

from __future__ import annotations

import inspect
import sys

from allegory.cli.parse import call, print_json

__all__ = ["command"]


def command(arguments: list[str]) -> None:
    """Read the arguments and list the recipes."""
    call(list_recipes, arguments, "recipes")


def list_recipes(json: bool = False) -> None:
    """List the recipes.

    Args:
        json: print one JSON object: each recipe with all its fields.
    """
    from allegory.recipes.table import RECIPES

    if json:
        print_json({name: make().model_dump() for name, make in RECIPES.items()})
        return
    width = max(map(len, RECIPES))
    for name, make in RECIPES.items():
        sys.stdout.write(f"{name:<{width}}  {inspect.getdoc(make)}\n")
    sys.stdout.write("\n'allegory train RECIPE --help' lists the fields of a recipe.\n")
