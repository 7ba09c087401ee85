"""Fetch a file once: named aloud, checked, and taken up where it broke off."""

from __future__ import annotations

import hashlib
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from allegory.errors import UserError
from allegory.progress import say, track

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["download"]

BLOCK = 1 << 18
TIMEOUT = 30.0
"""Seconds of silence after which a server is given up."""


def download(address: str, path: Path, md5: str, what: str) -> None:
    """Fetch `address` into `path`, unless it is there.

    What has arrived stays in "<path>.part" and is completed by the next call.

    Args:
        address: http or https.
        path: where the file is to be; its folder is made.
        md5: the checksum that it must have.
        what: what it is, told before it is fetched.

    Raises:
        UserError: there is no connection, the disk is full, or the checksum differs.
    """
    if path.is_file():
        return
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        say(f"downloading {what}: {address} to {path}")
        _fetch(address, part)
        found = hashlib.md5(part.read_bytes(), usedforsecurity=False).hexdigest()
    except (URLError, HTTPException, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", None) or error
        raise UserError(
            f"cannot download {what} from {address}: {reason}; with a connection, try again: what "
            f"has arrived is kept. Or put the file into {path.parent}."
        ) from error
    except OSError as error:
        raise UserError(f"cannot write {part}: {error.strerror or error}.") from error
    if found != md5:
        part.unlink()
        raise UserError(
            f"what {address} sent is not {what}: its MD5 is {found}, not {md5}; please try again."
        )
    part.replace(path)


def _fetch(address: str, part: Path) -> None:
    """Append to `part` what it lacks."""
    have = part.stat().st_size if part.exists() else 0
    request = Request(address, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        response = urlopen(request, timeout=TIMEOUT)
    except HTTPError as error:
        error.close()
        if error.code == 416:
            return  # the range begins at the end: all of it is here
        raise
    with response:
        if response.status != 206:
            have = 0
        total = have + int(response.headers.get("Content-Length") or 0)
        with part.open("ab" if have else "wb") as file, track(part.stem, total, have) as advance:
            while block := response.read(BLOCK):
                file.write(block)
                advance(len(block))
    if part.stat().st_size < total:
        raise ConnectionError("the connection broke off")
