"""Runs: seen, begun, stopped, gone on with."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import FileResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from allegory.studio import forms, train
from allegory.studio.state import details, preview, summary
from allegory.studio.tabs import tabs_of

__all__ = ["Here", "Id", "reading", "steering", "studio_of"]

reading = APIRouter(prefix="/api", tags=["runs"])
steering = APIRouter(prefix="/api", tags=["training"])

REPORT_POLICY = (
    "sandbox allow-scripts allow-popups; default-src 'none'; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; img-src data:; media-src data:"
)
"""Of a run's page: it holds its own scripts, and is a stranger to the studio's routes."""


def studio_of(request: Request) -> Any:
    """The studio that a request is for."""
    return request.app.state.studio


Here = Annotated[Any, Depends(studio_of)]
Id = Annotated[str, Path(max_length=255, description="A run, as /api/runs names it.")]


class Asked(BaseModel):
    """A filled form."""

    model_config = ConfigDict(extra="forbid")

    recipe: str = Field(max_length=100)
    source: str = Field(max_length=255, description="The id of a source of /api/sources.")
    fields: dict[str, Any] = Field({}, max_length=100)


class Longer(BaseModel):
    """How far to go on."""

    model_config = ConfigDict(extra="forbid")

    images: int | None = Field(None, ge=1, le=10**12)


@reading.get("/runs")
def runs(studio: Here) -> list[dict[str, Any]]:
    """All runs, the newest first."""
    train.reap()
    return [summary(studio.shelf.run(name)) for name in studio.shelf.ids()]


@reading.get("/runs/{id}")
def run(id: Id, studio: Here) -> dict[str, Any]:
    """One run: how it stands, its curves, and what its model can be used for."""
    train.reap()
    folder = studio.shelf.run(id)
    tabs = tabs_of(studio.shelf, id)
    return {**details(folder), "tabs": tabs.names, "fault": tabs.fault}


@reading.get("/runs/{id}/previews/{images}", response_class=Response)
def run_preview(id: Id, images: Annotated[int, Path(ge=0, le=10**12)], studio: Here) -> Response:
    """A sheet of samples or reconstructions from while the run was trained."""
    path = preview(studio.shelf.run(id), images)
    if path is None:
        raise HTTPException(404)
    return FileResponse(path, media_type="image/png")


@reading.get("/runs/{id}/report", response_class=Response)
def run_report(id: Id, studio: Here) -> Response:
    """The run's page."""
    path = studio.shelf.run(id).report
    if not path.exists():
        raise HTTPException(404)
    headers = {"content-security-policy": REPORT_POLICY}
    return FileResponse(path, media_type="text/html", headers=headers)


@steering.get("/recipes")
def recipes() -> list[dict[str, Any]]:
    """The recipes, with a sentence each."""
    return forms.forms()


@steering.get("/recipes/{name}")
def recipe(name: Annotated[str, Path(max_length=100)]) -> list[dict[str, Any]]:
    """The fields of a recipe: kind, range, help and default."""
    return forms.form(name)


@steering.get("/sources")
def sources(studio: Here) -> list[dict[str, str]]:
    """The data that can be trained on."""
    return [{"id": offer.id, "about": offer.about} for offer in studio.offers]


@steering.post("/runs", status_code=201)
def begin(asked: Asked, studio: Here) -> dict[str, str]:
    """Start a run, in a process of its own."""
    run = forms.filled(asked.recipe, asked.source, asked.fields, studio.offers)
    folder = train.begin(studio.shelf.path, run)
    return {"id": folder.path.name}


@steering.post("/runs/{id}/stop", status_code=202)
def stop(id: Id, studio: Here) -> dict[str, str]:
    """Ask a run to save everything and end."""
    train.stop(studio.shelf.run(id))
    return {"id": id}


@steering.post("/runs/{id}/resume", status_code=202)
def resume(id: Id, longer: Longer, studio: Here) -> dict[str, str]:
    """Go on with a run from its newest checkpoint, or train it longer."""
    train.go_on(studio.shelf.run(id), longer.images)
    return {"id": id}
