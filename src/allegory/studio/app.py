"""The application: routes, errors as sentences, and the pages where they are wanted."""

from __future__ import annotations

import logging
from collections import OrderedDict
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from allegory.errors import UserError
from allegory.studio.guard import COOKIE, Guard, Rules
from allegory.studio.routes import audit, distributions, explore, quiz, runs, service, translate
from allegory.studio.routes.quiz import Games
from allegory.studio.scores import Scores
from allegory.studio.sources import offers
from allegory.studio.work import Busy, Work

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

    from allegory.studio.shelf import Shelf
    from allegory.studio.sources import Offer

__all__ = ["Studio", "make_app"]

KINDS = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
}
LOOKED = 4
"""Looks that are kept, each with its model."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Studio:
    """What the routes work with: `request.app.state.studio`."""

    shelf: Shelf
    offers: Sequence[Offer]
    work: Work = field(default_factory=Work)
    looked: OrderedDict[tuple[str, str], tuple[Any, Any]] = field(default_factory=OrderedDict)
    """What takes a while to find of a run's model: the model, and that; the newest last."""
    games: Games = field(default_factory=Games)

    def once(self, name: str, what: str, look: Callable[[Any], Any]) -> Any:
        """What `look` finds of a run's model: looked for once for each state of the model."""
        model = self.shelf.model(name)
        found = self.looked.pop((name, what), None)
        if found is None or found[0] is not model:
            found = (model, look(model))
        self.looked[name, what] = found
        while len(self.looked) > LOOKED:
            self.looked.popitem(last=False)
        return found[1]

    @property
    def scores(self) -> Scores:
        """The answers of all players."""
        return Scores(self.shelf.path)


def make_app(
    shelf: Shelf, *, data: Sequence[Path] = (), rules: Rules | None = None, pages: bool = True
) -> FastAPI:
    """The studio of a folder of runs.

    Args:
        shelf: the runs.
        data: sources that may be chosen beside those built in.
        rules: who may speak to it.
        pages: whether there are pages and training, or the model's capabilities alone.
    """

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        yield
        app.state.studio.work.close()

    app = FastAPI(
        title="Allegory",
        version=version("allegory"),
        description="What the models of trained runs can do, as JSON and pictures.",
        docs_url=None,  # these pages would ask for scripts from elsewhere
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=life,
    )
    app.state.studio = Studio(shelf, offers(data))
    _tell_mistakes(app)
    app.include_router(runs.reading)
    app.include_router(explore.exploring)
    app.include_router(service.serving)
    if pages:
        app.include_router(runs.steering)
        app.include_router(quiz.quizzing)
        app.include_router(distributions.watching)
        app.include_router(audit.auditing)
        app.include_router(translate.translating)
        _show_pages(app)
    app.add_middleware(Guard, rules=rules or Rules())
    return app


def _tell_mistakes(app: FastAPI) -> None:
    """Every error is a sentence, as JSON."""

    @app.exception_handler(UserError)
    async def mistake(_: Request, error: UserError) -> JSONResponse:
        return JSONResponse({"error": str(error)}, 400)

    @app.exception_handler(Busy)
    async def busy(_: Request, __: Busy) -> JSONResponse:
        sentence = "The models are busy with other requests: try again in a moment."
        return JSONResponse({"error": sentence}, 503, {"retry-after": "1"})

    @app.exception_handler(RequestValidationError)
    async def malformed(_: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse({"error": sentence_of(error.errors()[0])}, 422)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        sentence = str(error.detail)
        if error.status_code == 404:
            sentence = f"There is nothing at {request.url.path[:100]}."
        return JSONResponse({"error": sentence}, error.status_code, error.headers)

    @app.exception_handler(Exception)
    async def fault(_: Request, error: Exception) -> JSONResponse:
        log.exception("a request failed", exc_info=error)
        sentence = "Something went wrong in the studio; the terminal says what."
        return JSONResponse({"error": sentence}, 500)


def sentence_of(error: dict[str, Any]) -> str:
    """What pydantic found wrong, in words."""
    where = ".".join(str(part) for part in error["loc"][1:])[:100]
    return f"{where or 'the request'}: {error['msg'][0].lower()}{error['msg'][1:]}."


def _show_pages(app: FastAPI) -> None:
    """The one page and its parts, from the package: no other name is looked for."""
    found = {p.name: p for p in files("allegory.studio").joinpath("pages").iterdir()}
    parts = {name: part.read_bytes() for name, part in found.items() if _kind(name)}
    parts["report.css"] = files("allegory.report").joinpath("style.css").read_bytes()

    @app.get("/", include_in_schema=False)
    async def page(request: Request) -> Response:
        token = request.query_params.get("token")
        if token is None:
            return Response(parts["index.html"], media_type="text/html")
        # into a cookie, and out of the address and the history
        answer = RedirectResponse("/", 303)
        answer.set_cookie(COOKIE, token, httponly=True, samesite="strict", path="/")
        return answer

    @app.get("/part/{name}", include_in_schema=False)
    async def part(name: str) -> Response:
        if name not in parts:
            raise HTTPException(404)
        return Response(parts[name], media_type=_kind(name))


def _kind(name: str) -> str:
    return KINDS.get(f".{name.rpartition('.')[2]}", "")
