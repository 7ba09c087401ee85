"""The claims: id -> its module, imported when its experiment runs."""

from __future__ import annotations

import importlib
import pkgutil
import re
from typing import TYPE_CHECKING, Any

from allegory import claims
from allegory.errors import unknown

if TYPE_CHECKING:
    from allegory.claims.claim import Claim

__all__ = ["CLAIMS", "chosen", "claim"]


def by_number() -> dict[str, str]:
    """The claims whose files are in this package, in the order of their numbers."""
    names = (module.name for module in pkgutil.iter_modules(claims.__path__))
    numbered = {int(m[1]): m[0] for name in names if (m := re.fullmatch(r"c(\d+)_\w+", name))}
    return {f"C{n}": f"{claims.__name__}.{numbered[n]}" for n in sorted(numbered)}


CLAIMS = by_number()


def chosen(ids: tuple[str, ...]) -> list[str]:
    """These claims, or all where none is named, in the order of their numbers.

    Raises:
        UserError: there is no such claim; names the nearest.
    """
    wanted = {name.upper() for name in ids}
    for name in sorted(wanted):
        if name not in CLAIMS:
            raise unknown("claim", name, CLAIMS)
    return [name for name in CLAIMS if name in wanted or not wanted]


def claim(name: str) -> Claim[Any]:
    """The claim of this id."""
    stated: Claim[Any] = importlib.import_module(CLAIMS[name]).CLAIM
    return stated
