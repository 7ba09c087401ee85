"""Who may speak to the studio: its own pages on this machine, or whoever has the token."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["COOKIE", "LOCAL", "Guard", "Rules"]

LOCAL = ("127.0.0.1", "localhost", "::1")
"""Names by which this machine calls itself."""
COOKIE = "allegory_token"
MOST_BYTES = 20 * 2**20
"""Of a request's body."""
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(self), geolocation=()",
    "cache-control": "no-store",
}
"""Of every answer; a route may set its own policy."""


class TooLarge(Exception):
    """More bytes were sent than are read."""


@dataclass(frozen=True)
class Rules:
    """What is asked of whoever speaks."""

    token: str | None = None
    """What must be shown; None: whoever is on this machine may speak."""
    most_bytes: int = MOST_BYTES

    def refusal(self, scope: Scope) -> tuple[int, str] | None:
        """The status and the sentence of a refusal; None where the request may pass."""
        headers = Headers(scope=scope)
        if self.token is None and _name(headers.get("host", "")) not in LOCAL:
            return 403, "The studio answers to 127.0.0.1 and localhost only."
        if _foreign(headers):
            return 403, "A page from elsewhere may not speak to the studio."
        if self.token is not None and not self.shown(scope, headers):
            return 401, "Show the token: open the address that the terminal printed."
        if _length(headers) > self.most_bytes:
            return 413, f"That is too large: {self.most_bytes // 2**20} MB at most."
        return None

    def shown(self, scope: Scope, headers: Headers) -> bool:
        """Whether the token comes with the request: in a header, a cookie, or the address."""
        assert self.token is not None
        kind, _, bearer = headers.get("authorization", "").partition(" ")
        query = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])
        given = [bearer if kind.lower() == "bearer" else "", _cookie(headers), query[0]]
        expected = self.token.encode()
        # all are compared, so that time tells nothing
        return any(hmac.compare_digest(value.encode(), expected) for value in given)


class Guard:
    """Refuses what the rules refuse, bounds what is read, and adds the headers of safety."""

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self.app, self.rules = app, rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request or a socket on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        refusal = self.rules.refusal(scope)
        if scope["type"] == "websocket":
            if refusal is None:
                await self.app(scope, receive, send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": 1008})
            return
        if refusal is not None:
            await _refuse(send, *refusal)
            return
        await self.listen(scope, receive, send)

    async def listen(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request be answered, but read no more than the bound."""
        read, begun = 0, False

        async def bounded() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.rules.most_bytes:
                raise TooLarge
            return message

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, bounded, guarded)
        except TooLarge:
            if not begun:
                await _refuse(send, 413, f"More than {self.rules.most_bytes // 2**20} MB.")


async def _refuse(send: Send, status: int, sentence: str) -> None:
    """Answer with a sentence."""
    fields = {**HEADERS, "content-type": "application/json"}
    headers = [(name.encode(), value.encode()) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    body = json.dumps({"error": sentence}).encode()
    await send({"type": "http.response.body", "body": body})


def _name(host: str) -> str | None:
    """The name in a Host header, without its port."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _foreign(headers: Headers) -> bool:
    """Whether a browser says that another site's page sends this."""
    origin = headers.get("origin")
    if origin is not None:
        try:
            return urlsplit(origin).netloc != headers.get("host", "")
        except ValueError:
            return True
    navigates = headers.get("sec-fetch-mode") == "navigate"
    return headers.get("sec-fetch-site") in ("cross-site", "same-site") and not navigates


def _cookie(headers: Headers) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _length(headers: Headers) -> int:
    text = headers.get("content-length", "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
