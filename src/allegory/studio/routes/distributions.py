"""Distributions: what a run recorded of where it carries its noise, for the page that plays it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from fastapi import APIRouter

from allegory.report.moments import reach, read_moments
from allegory.studio.routes.runs import Here, Id

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from allegory.report.moments import Moment

__all__ = ["watching"]

watching = APIRouter(prefix="/api/runs/{id}", tags=["distributions"])
MOST = 60
"""Moments that are told, evenly from the first to the last."""
DIGITS = 4


@watching.get("/moments")
def moments(id: Id, studio: Here) -> dict[str, Any]:
    """The moments of a run on vectors, the first one first.

    "low" and "high": what is shown. "data" (m, 1 or 2), "noise" (n, 1 or 2; None where the model
    does not decode), "latents": of the newest. "reach": how far P(real) is from 1/2, at most. Of
    each of "moments" its "images", "points" (n, 1 or 2) and "realness" (None where the model does
    not discriminate): (places,) from low to high, or (places upwards, places across).
    """
    found = read_moments(studio.shelf.run(id).path)
    if not found:
        return {"moments": []}
    last = found[-1]
    chosen = np.linspace(0, len(found) - 1, min(MOST, len(found))).round().astype(int)
    return {
        "low": _plain(last.low),
        "high": _plain(last.high),
        "data": _plain(last.data),
        "noise": _plain(last.noise),
        "latents": last.latents,
        "reach": reach(found),
        "moments": [_moment(found[k]) for k in chosen],
    }


def _moment(moment: Moment) -> dict[str, Any]:
    return {
        "images": moment.images,
        "points": _plain(moment.points),
        "realness": _plain(moment.realness),
    }


def _plain(values: NDArray[np.float32] | None) -> list[Any] | None:
    """Numbers that JSON knows; what is not finite lies far outside of what is shown."""
    if values is None:
        return None
    finite = np.nan_to_num(values.astype(np.float64), nan=1e9, posinf=1e9, neginf=-1e9)
    found: list[Any] = finite.round(DIGITS).tolist()
    return found
