"""Pieces of a web page: everything that comes from outside is escaped here."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from allegory.report.sheets import to_image

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "Html",
    "Section",
    "data_uri",
    "figure",
    "image",
    "image_uri",
    "link",
    "notice",
    "section_html",
    "table",
]


class Html(str):
    """Text that is HTML already, and is not escaped again."""

    __slots__ = ()


@dataclass(frozen=True)
class Section:
    """A part of the page: what is seen, one sentence on how to read it, and the thing itself."""

    title: str
    lead: str
    """Plain text."""
    body: str
    """HTML."""

    @property
    def anchor(self) -> str:
        """Its address within the page."""
        return self.title.lower().replace(" ", "-")


def section_html(section: Section) -> str:
    """The section with its heading and its sentence."""
    return (
        f'<section id="{escape(section.anchor)}"><h2>{escape(section.title)}</h2>'
        f'<p class="lead">{escape(section.lead)}</p>{section.body}</section>'
    )


def data_uri(content: bytes, kind: str) -> str:
    """The content as an address that needs no file."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def image_uri(picture: NDArray[np.uint8]) -> str:
    """Bytes (H, W, C) as a PNG that needs no file."""
    file = io.BytesIO()
    to_image(picture).save(file, "PNG", optimize=True)
    return data_uri(file.getvalue(), "image/png")


def image(picture: NDArray[np.uint8], alt: str, *, kind: str = "") -> str:
    """Bytes (H, W, C) as an image, with what it shows for those who cannot see it."""
    height, width = picture.shape[:2]
    return (
        f'<img class="{kind}" src="{image_uri(picture)}" alt="{escape(alt)}" '
        f'width="{width}" height="{height}" style="--width:{width}px">'
    )


def figure(inner: str, caption: str, *, kind: str = "") -> str:
    """HTML with a line of plain text under it."""
    return f'<figure class="{kind}">{inner}<figcaption>{escape(caption)}</figcaption></figure>'


def notice(note: str) -> str:
    """A line of plain text that the reader should see first."""
    return f'<p class="notice" role="note">{escape(note)}</p>'


def link(path: str, words: str) -> Html:
    """A link to a file beside the page."""
    return Html(f'<a href="{escape(quote(path))}">{escape(words)}</a>')


def table(rows: Iterable[Sequence[str]], head: Sequence[str], *, numbers: bool = False) -> str:
    """Rows of plain text or `Html`, one cell an entry of `head`.

    `numbers` aligns the last column right.
    """
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{_cell(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    kind = ' class="numbers"' if numbers else ""
    return (
        f'<div class="scroll"><table{kind}><thead><tr>{top}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _cell(cell: str) -> str:
    return cell if isinstance(cell, Html) else escape(cell)
