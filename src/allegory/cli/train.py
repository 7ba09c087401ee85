"""allegory train RECIPE SOURCE."""

from __future__ import annotations

import dataclasses
import inspect
import sys
import tomllib
from pathlib import Path
from typing import Annotated, Any

import tyro

from allegory.cli.parse import call, print_json
from allegory.errors import UserError
from allegory.progress import say
from allegory.recipes.settings import PARTS, Run, change
from allegory.recipes.table import RECIPES, recipe

__all__ = ["command"]

HIDDEN = {"kind", "source"}
"""Fields that are chosen by the recipe's name and by the position of the source."""


def command(arguments: list[str]) -> None:
    """Read the arguments, train, and leave the report."""
    if not arguments or arguments[0].startswith("-"):
        sys.stdout.write(overview())
        if arguments[:1] in (["-h"], ["--help"]):
            return
        raise UserError("name a recipe and a source, such as 'allegory train vae faces'.")
    name, rest = arguments[0], arguments[1:]
    start = recipe(name)
    config = option(rest, "--config")
    if config is not None:
        start = configured(start, Path(config))
    call(interface(start), rest, f"train {name}")


def overview() -> str:
    """The recipes, and how to see the fields of one."""
    lines = [f"  {name:<12} {inspect.getdoc(make)}" for name, make in RECIPES.items()]
    return (
        "usage: allegory train RECIPE SOURCE [options]\n\nrecipes:\n"
        + "\n".join(lines)
        + "\n\n'allegory train RECIPE --help' lists the options of a recipe.\n"
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
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"can't read --config {path}: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"--config {path} is not TOML: {error}.") from None
    values.pop("recipe", None)
    fields: dict[str, Any] = {k: v for k, v in values.items() if k not in PARTS}
    for part in PARTS:
        given = values.get(part, {})
        if not isinstance(given, dict):
            raise UserError(f"--config {path}: '{part}' must be a table, [{part}].")
        fields |= given
    return change(run, {k: v for k, v in fields.items() if k not in HIDDEN})


def interface(start: Run) -> Any:
    """A function whose parameters are the fields of this run, for the parser to read."""

    def train(
        source: Annotated[str, tyro.conf.Positional],
        out: str | None = None,
        config: Annotated[str | None, tyro.conf.arg(metavar="FILE.toml")] = None,
        json: bool = False,
        **parts: Any,
    ) -> None:
        fields = {k: v for part in parts.values() for k, v in dataclasses.asdict(part).items()}
        train_and_report(change(start, fields | {"source": source}), out, json)

    train.__doc__ = f"""{inspect.getdoc(RECIPES[start.recipe])}

    Args:
        source: a folder, a .npy or .npz file, or a built-in source such as faces.
        out: folder of the run; by default the next free one under runs/.
        config: a TOML file with fields; options given here override it.
        json: print the result as one JSON object.
    """
    signature = inspect.signature(train)
    plain = [p for p in signature.parameters.values() if p.name != "parts"]
    tables = [
        inspect.Parameter(part, inspect.Parameter.KEYWORD_ONLY, annotation=table(start, part))
        for part in PARTS
    ]
    hints = {p.name: p.annotation for p in tables}
    train.__signature__ = signature.replace(parameters=[*plain, *tables])  # type: ignore[attr-defined]
    train.__annotations__ = {
        k: v for k, v in train.__annotations__.items() if k != "parts"
    } | hints
    return train


def table(run: Run, part: str) -> type:
    """A part of the run as a data class with the run's values as defaults.

    Ranges are left out: they are checked, and told in one line, when the run is made.
    """
    value = getattr(run, part)
    fields = []
    for name, info in type(value).model_fields.items():
        if name in HIDDEN:
            continue
        described = Annotated.__class_getitem__(  # type: ignore[attr-defined]
            (info.annotation, tyro.conf.arg(help=info.description))
        )
        fields.append((name, described, dataclasses.field(default=getattr(value, name))))
    made = dataclasses.make_dataclass(part, fields, frozen=True)
    made.__doc__ = ""
    return made


def train_and_report(run: Run, out: str | None, json: bool) -> None:
    """Train, and say where everything is."""
    from allegory.runs.folder import new_folder
    from allegory.runs.play import begin, data_of

    data = data_of(run)
    folder = new_folder(out, f"{run.recipe}-{Path(data.name).stem}")
    trained = begin(run, folder, data)
    if not trained.leads:
        return
    say(f"done: {folder.path}; open {folder.report}")
    if json:
        held_out = [r["held_out"] for r in trained.journal() if "held_out" in r]
        print_json(
            {
                "run": str(folder.path),
                "report": str(folder.report),
                "held_out": held_out[-1] if held_out else None,
            }
        )
