"""The server: on this machine alone, or on another address behind a token."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from allegory.errors import UserError
from allegory.progress import say
from allegory.studio.guard import LOCAL

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["require_token", "serve"]

SHORTEST = 16
MOST_MESSAGE = 64 * 1024
"""Bytes of a message on a socket."""


def require_token(host: str, token: str | None) -> None:
    """Raise a UserError where an address other than this machine's would be open to everyone."""
    if token is not None and len(token) < SHORTEST:
        raise UserError(f"--token is too short to be safe: give {SHORTEST} characters or more.")
    if token is not None and not token.isascii():
        raise UserError("--token is of letters, digits and signs without accents.")
    if host not in LOCAL and token is None:
        raise UserError(
            f"--host {host} lets other machines in: give a --token that they must show, such as "
            "one from 'openssl rand -hex 16'."
        )


def serve(app: FastAPI, host: str, port: int, token: str | None, *, shown: bool) -> None:
    """Serve until Ctrl-C.

    Args:
        app: what is served.
        host: the address to listen on.
        port: likewise; 0: any that is free.
        token: what callers must show.
        shown: whether to open a browser.

    Raises:
        UserError: the address can't be listened on.
    """
    import uvicorn

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or "ports go from 0 to 65535"
        raise UserError(
            f"can't listen on {host}:{port}: {reason}. Another --port may be free."
        ) from error
    name = f"[{host}]" if ":" in host else host
    address = f"http://{name}:{listener.getsockname()[1]}/"
    say(f"the studio is at {address}{f'?token={token}' if token else ''} (Ctrl-C ends it).")
    if shown:
        _open(f"{address}?token={token}" if token else address)
    config = uvicorn.Config(
        app,
        log_level="warning",
        ws_max_size=MOST_MESSAGE,
        server_header=False,
        timeout_keep_alive=30,
    )
    uvicorn.Server(config).run(sockets=[listener])


def _open(address: str) -> None:
    import threading
    import webbrowser

    # a moment later, when it answers
    timer = threading.Timer(0.7, webbrowser.open, [address])
    timer.daemon = True
    timer.start()
