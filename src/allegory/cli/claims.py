"""allegory claims [ID...]."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from allegory.cli.parse import call, print_json
from allegory.errors import UserError
from allegory.progress import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allegory.claims.claim import Result

__all__ = ["command"]


def command(arguments: list[str]) -> None:
    """Read the arguments and run the claims."""
    call(run_claims, arguments, "claims")


def run_claims(
    ids: Annotated[tuple[str, ...], tyro.conf.Positional] = (),
    quick: bool = False,
    full: bool = False,
    out: Path | None = None,
    list: bool = False,
    json: bool = False,
) -> None:
    """Rerun the lecture's claims as experiments: the numbers, and whether each claim holds.

    Results are kept by content: what has run already with this very program is not run again.

    Args:
        ids: such as C1 C4; by default every claim.
        quick: at most three minutes a claim on two cores; the default.
        full: more seeds and longer training: what the docs show.
        out: folder for the results and the page claims.html; by default in the cache.
        list: only say which claims there are.
        json: print one JSON object.
    """
    from allegory.claims.page import write_page
    from allegory.claims.results import as_json, home, newest, settle
    from allegory.claims.table import CLAIMS, chosen, claim

    names = chosen(ids)
    if list:
        stated = [claim(name) for name in names]
        if json:
            print_json({c.id: {"sentence": c.sentence, "rule": c.rule} for c in stated})
            return
        for c in stated:
            sys.stdout.write(f"{c.id:<4} {c.sentence}\n     {c.rule}\n")
        return
    if quick and full:
        raise UserError("choose --quick or --full, not both.")
    folder, page = out or home(), (out or home()) / "claims.html"
    results = {}
    for name in names:
        results[name] = settle(name, "full" if full else "quick", folder)
        shown = [results.get(other) or newest(other, folder) for other in CLAIMS]
        write_page([result for result in shown if result is not None], page)
    if json:
        found = {name: as_json(result) for name, result in results.items()}
        print_json({"claims": found, "page": str(page)})
    else:
        show(tuple(results.values()))
        say(f"page: {page}")


def show(results: Sequence[Result]) -> None:
    """Print the verdicts as a table."""
    from rich.console import Console
    from rich.table import Table

    table = Table()
    for column in ("claim", "budget", "verdict", "what was seen"):
        table.add_column(column)
    for r in results:
        table.add_row(f"{r.id} {r.title}", r.budget, r.finding.verdict, r.finding.words)
    Console().print(table)
