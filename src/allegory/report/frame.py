"""The frame of every page: one HTML file with its style, that needs nothing else."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from allegory.report.html import section_html

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allegory.report.html import Section

__all__ = ["framed", "script", "tile_list"]


def framed(
    sections: Sequence[Section],
    *,
    title: str,
    eyebrow: str,
    heading: str,
    head: str,
    tail: str,
    style: str = "",
) -> str:
    """A page of these sections.

    Args:
        sections: what is on it, each with a link at the top.
        title: of the window; plain text.
        eyebrow: the small line above the heading; plain text.
        heading: HTML.
        head: HTML between the heading and the links.
        tail: HTML at the very end.
        style: name of a further style sheet beside style.css.
    """
    return Template(_part("page.html")).substitute(
        title=escape(title),
        eyebrow=escape(eyebrow),
        style=_part("style.css") + (_part(style) if style else ""),
        heading=heading,
        head=head,
        links="".join(f'<a href="#{escape(s.anchor)}">{escape(s.title)}</a>' for s in sections),
        sections="".join(map(section_html, sections)),
        tail=tail,
    )


def script(name: str = "page.js") -> str:
    """What makes the page move, such as the sliders of a run's, as HTML."""
    return f"<script>\n{_part(name)}\n</script>"


def tile_list(numbers: Sequence[tuple[str, str]]) -> str:
    """The numbers that matter most, as HTML: (value, what it is) each, plain text."""
    pieces = (
        f"<div><dd>{escape(value)}</dd><dt>{escape(name)}</dt></div>" for value, name in numbers
    )
    return f'<dl class="tiles">{"".join(pieces)}</dl>'


def _part(name: str) -> str:
    return files("allegory.report").joinpath(name).read_text(encoding="utf-8")
