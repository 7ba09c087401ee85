"""What a person at the terminal is told when the fault is not the program's."""

import difflib
from collections.abc import Iterable

__all__ = ["Interrupted", "UserError", "nearest", "unknown"]


class UserError(Exception):
    """A mistake that the user can mend: what was wrong, where, and what would work, in a sentence.

    The command line prints it without a trace and exits with 2.
    """


class Interrupted(Exception):
    """A long job was asked to stop (Ctrl-C, SIGTERM) and has saved everything; exit code 130."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, or None where none is alike."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return found[0] if found else None


def unknown(what: str, name: str, known: Iterable[str]) -> UserError:
    """The error for a name that is not among `known`: suggests the nearest, else lists them."""
    known = sorted(known)
    like = nearest(name, known)
    there = f"known: {', '.join(known)}." if known else "there is none."
    hint = f"did you mean '{like}'?" if like else there
    return UserError(f"unknown {what} '{name}': {hint}")
