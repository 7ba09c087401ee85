"""allegory studio [RUNS_DIR]."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import tyro

from allegory.cli.parse import call

__all__ = ["command"]


def command(arguments: list[str]) -> None:
    """Read the arguments and serve the pages."""
    call(studio, arguments, "studio")


def studio(
    runs: Annotated[Path, tyro.conf.Positional] = Path("runs"),
    data: tuple[Path, ...] = (),
    host: str = "127.0.0.1",
    port: int = 8765,
    token: str | None = None,
    browser: bool = True,
) -> None:
    """See, start and explore runs in the browser.

    Training that is started there is a process of its own: it goes on when the browser or this
    command ends, and is found again.

    Args:
        runs: folder of the runs.
        data: your own folders or arrays that runs may be started on, beside the built-in sources.
        host: the address to listen on; any but this machine's own needs a token.
        port: likewise; 0: any that is free.
        token: what a browser must show.
        browser: open the browser.
    """
    from allegory.errors import UserError
    from allegory.progress import say
    from allegory.studio.app import make_app
    from allegory.studio.guard import Rules
    from allegory.studio.serve import require_token, serve
    from allegory.studio.shelf import Shelf

    require_token(host, token)
    if runs.is_file():
        raise UserError(f"{runs} is a file: name the folder that holds your runs.")
    if (runs / "run.toml").exists():
        say(f"{runs} is one run: all of the folder that it lies in are shown.")
        runs = runs.resolve().parent
    app = make_app(Shelf(runs), data=data, rules=Rules(token))
    serve(app, host, port, token, shown=browser)
