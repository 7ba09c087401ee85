"""Arguments of a verb: parsed by tyro, with mistakes told in one line."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import tyro

from allegory.errors import UserError, nearest

__all__ = ["at_least", "call", "names", "options", "print_json"]

Result = TypeVar("Result")

STYLE = (tyro.conf.OmitArgPrefixes,)


def call(function: Callable[..., Result], arguments: list[str], name: str) -> Result:
    """Call the function with its parameters read from the arguments.

    Args:
        function: its signature is the interface, its docstring the help.
        arguments: what stands behind the verb.
        name: what stands before them, for the help.

    Raises:
        UserError: an argument is unknown, missing or of the wrong kind.
        SystemExit: with 0, after the help was printed.
    """
    program = f"allegory {name}"
    known = options(function)
    for argument in arguments:
        flag = argument.split("=", 1)[0]
        if flag.startswith("--") and flag.replace("_", "-") not in known:
            like = nearest(flag[2:], [o[2:] for o in known if not o.startswith("--no-")])
            hint = f"did you mean '--{like}'?" if like else f"'{program} --help' lists them."
            raise UserError(f"{program} has no option '{flag}': {hint}")

    # only the parsing is listened to: what the function itself says goes to the terminal
    @functools.wraps(function)
    def bind(*values: Any, **named: Any) -> Callable[[], Result]:
        return functools.partial(function, *values, **named)

    complaint = io.StringIO()
    try:
        with contextlib.redirect_stderr(complaint):
            bound = tyro.cli(bind, args=arguments, prog=program, config=STYLE)
    except SystemExit as stop:
        if stop.code in (0, None):
            raise
        raise UserError(f"{sentence(complaint.getvalue())} See '{program} --help'.") from None
    return bound()


def options(function: Callable[..., Any]) -> set[str]:
    """The options that the function's interface has, such as "--out"."""
    parser = tyro.extras.get_parser(function, config=STYLE)
    return {o for action in parser._actions for o in action.option_strings if o.startswith("--")}


def sentence(box: str) -> str:
    """What tyro says in a box, as one line."""
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).strip(" │") for line in box.splitlines()]
    body = [line for line in lines if line and not re.fullmatch(r"[╭╰─].*", line)]
    said = []
    for line in body:
        if line.startswith(("For full help", "Argument help")):
            break
        said.append(line)
    text = " ".join(said)
    if missing := re.fullmatch(r"Missing from (allegory [\w -]+): (.*)", text):
        parts = [part.strip(" .") for part in missing[2].split("(required)") if part.strip(" .")]
        # without the placeholder, such as PATH, that stands before what it is
        what = "; ".join(re.sub(r"^[A-Z_]+ ", "", part) for part in parts)
        text = f"{missing[1]} needs: {what}"
    text = text.replace("Unrecognized options:", "it takes no")
    return text.rstrip(".:") + "."


def at_least(least: int, **values: int) -> None:
    """Raise a UserError for the first of these options that is below the least."""
    for name, value in values.items():
        if value < least:
            raise UserError(f"--{name} must be at least {least} (given: {value}).")


def names(words: Iterable[str]) -> list[str]:
    """Names that stand apart or between commas, or both."""
    return [name.strip() for word in words for name in word.split(",") if name.strip()]


def print_json(value: Any) -> None:
    """Print exactly one JSON object on standard output."""
    sys.stdout.write(json.dumps(value, indent=2) + "\n")
