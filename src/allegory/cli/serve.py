"""allegory serve DIR."""

from __future__ import annotations

from typing import Annotated

import tyro

from allegory.cli.parse import call
from allegory.cli.places import RunDir

__all__ = ["command"]


def command(arguments: list[str]) -> None:
    """Read the arguments and serve the model."""
    call(serve_run, arguments, "serve")


def serve_run(
    dir: Annotated[RunDir, tyro.conf.Positional],
    host: str = "127.0.0.1",
    port: int = 8765,
    token: str | None = None,
) -> None:
    """Serve a run's model to programs: sample, encode, decode, score, as JSON.

    /api/openapi.json describes every route.

    Args:
        dir: folder of the run.
        host: the address to listen on; any but this machine's own needs a token.
        port: likewise; 0: any that is free.
        token: what callers must show, as 'Authorization: Bearer TOKEN'.
    """
    from allegory.runs.folder import RunFolder
    from allegory.studio.app import make_app
    from allegory.studio.guard import Rules
    from allegory.studio.serve import require_token, serve
    from allegory.studio.shelf import Shelf

    require_token(host, token)
    path = dir.resolve()
    RunFolder(path).model()
    app = make_app(Shelf(path.parent, path.name), rules=Rules(token), pages=False)
    serve(app, host, port, token, shown=False)
