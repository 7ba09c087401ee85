"""Results of the claims, kept by content: the same experiment is never run twice."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allegory.claims.claim import BUDGETS, Figure, Finding, Result
from allegory.claims.sources import TRAINING, digest_of, source_digest
from allegory.claims.table import CLAIMS, claim
from allegory.data.store import cache_folder
from allegory.errors import UserError
from allegory.files import atomic
from allegory.progress import say

if TYPE_CHECKING:
    from allegory.claims.claim import Budget

__all__ = ["as_json", "home", "newest", "settle"]

ROOMS = (
    *TRAINING, "measures", "tools", "runs",
    *(
        f"claims/{name}.py"
        for name in (
            "claim", "compute", "estimators", "faces", "interval", "panels", "pictures", "points",
            "trained", "turning",
        )
    ),
)  # fmt: skip
"""What a result depends on, beside the claim's own file."""


def home() -> Path:
    """Where results are kept unless a folder is named: beside the packed data."""
    return cache_folder() / "claims"


def settle(name: str, budget: Budget, folder: Path) -> Result:
    """The result of a claim: the one that is kept for this very source, or a new one.

    Raises:
        UserError: it can't be kept in this folder.
    """
    # named before the experiment: its source may be edited while it runs
    path = path_of(name, budget, folder)
    result = read(path)
    if result is not None:
        say(f"{name} {result.title}: kept from before.")
        return result
    try:
        # what can't be kept is told now, not after the experiment
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot write '{path.parent}': {error.strerror or error}") from None
    stated = claim(name)
    say(f"{name} {stated.title}, {budget} …")
    settings = stated.settings(budget)
    began = time.monotonic()
    finding = stated.experiment(settings)
    seconds = round(time.monotonic() - began, 1)
    about = (stated.id, stated.title, stated.sentence, stated.rule)
    result = Result(*about, budget, asdict(settings), finding, seconds)
    with atomic(path) as file:
        file.write(json.dumps(asdict(result), indent=2).encode())
    say(f"{name} {stated.title}: {finding.verdict}, after {seconds:,.0f} s.")
    return result


def newest(name: str, folder: Path) -> Result | None:
    """The kept result of the largest budget, of this very source, if there is one."""
    found = (read(path_of(name, budget, folder)) for budget in reversed(BUDGETS))
    return next((result for result in found if result is not None), None)


def read(path: Path) -> Result | None:
    """The result in a file, or None; a damaged one counts as none."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        finding = values.pop("finding")
        figures = tuple(Figure(**figure) for figure in finding.pop("figures"))
        return Result(**values, finding=Finding(figures, **finding))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def path_of(name: str, budget: Budget, folder: Path) -> Path:
    """The file of a result; its name holds a digest of all that the result depends on."""
    spec = find_spec(CLAIMS[name])
    assert spec is not None
    assert spec.origin is not None
    own = Path(spec.origin).read_text(encoding="utf-8")
    return folder / "results" / f"{name}-{budget}-{digest_of(own, source_digest(ROOMS))}.json"


def as_json(result: Result) -> dict[str, Any]:
    """The result as JSON values, without its picture."""
    values = asdict(result)
    finding = values.pop("finding")
    del finding["picture"]
    return {**values, **finding, "command": f"allegory claims {result.id} --{result.budget}"}
