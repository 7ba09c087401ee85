"""The audit of a run's data: begun as a process of its own, and what it left."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter
from fastapi import Path as Part
from fastapi.responses import FileResponse, Response
from starlette.exceptions import HTTPException

from allegory.runs.audit import MAP
from allegory.studio import train
from allegory.studio.routes.runs import REPORT_POLICY, Here, Id
from allegory.tools.requires import require

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["auditing"]

auditing = APIRouter(prefix="/api/runs/{id}/audit", tags=["audit"])
FOLDER = "audit"
"""Of the run's folder: what its audits leave."""
Table = Annotated[Literal["weights", "outliers"], Part()]


def folder_of(studio: Any, name: str) -> Path:
    """Where the audit of a run lies."""
    found: Path = studio.shelf.run(name).path / FOLDER
    return found


@auditing.get("")
def state(id: Id, studio: Here) -> dict[str, Any]:
    """How the audit stands: "state" (none, running, failed, done), and the last line it "said"."""
    train.reap()
    folder = folder_of(studio, id)
    if train.alive(folder):
        return {"state": "running", "said": train.last_line(folder)}
    if (folder / MAP).exists():
        return {"state": "done", "said": ""}
    begun = (folder / train.LOG).exists()
    return {"state": "failed" if begun else "none", "said": train.last_line(folder)}


@auditing.post("", status_code=202)
def begin(id: Id, studio: Here) -> dict[str, str]:
    """Audit the run's data, in a process of its own."""
    require(studio.shelf.model(id), "audit")
    train.audit(studio.shelf.run(id), folder_of(studio, id))
    return {"id": id}


@auditing.get("/map")
def atlas(id: Id, studio: Here) -> dict[str, Any]:
    """The map: places, names, what to colour by, weights, and all pictures on one sheet."""
    path = folder_of(studio, id) / MAP
    if not path.exists():
        raise HTTPException(404)
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@auditing.get("/page", response_class=Response)
def page(id: Id, studio: Here) -> Response:
    """The audit's page."""
    return _file(folder_of(studio, id) / "audit.html", "text/html", REPORT_POLICY)


@auditing.get("/{table}.csv", response_class=Response)
def download(id: Id, table: Table, studio: Here) -> Response:
    """A table of all examples: their weights, or how strange each is."""
    return _file(folder_of(studio, id) / f"{table}.csv", "text/csv", None)


def _file(path: Path, kind: str, policy: str | None) -> Response:
    if not path.exists():
        raise HTTPException(404)
    headers = {"content-security-policy": policy} if policy else {}
    name = None if policy else path.name
    return FileResponse(path, media_type=kind, headers=headers, filename=name)
