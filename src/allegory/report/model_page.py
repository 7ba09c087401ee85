"""A model in a page: one HTML file that draws its pictures itself, with no server."""

from __future__ import annotations

import base64
import gzip
import json
import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from allegory.files import atomic
from allegory.media import describe, to_bytes
from allegory.report.frame import framed, script, tile_list
from allegory.report.html import Section, image_uri
from allegory.report.ticks import short

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from torch import Tensor

    from allegory.media import Images
    from allegory.tools.web_runtime import WebRuntime

__all__ = ["Moved", "Portable", "write_model_page"]


@dataclass(frozen=True)
class Moved:
    """A way through the latent space."""

    label: str
    name: str | None
    """What known factor it follows, in words."""
    share: float
    """Its part of all change, in [0, 1]."""
    vector: list[float]
    """(latents,), in standard deviations."""


@dataclass(frozen=True)
class Portable:
    """Everything that the page holds; codes are in standard deviations."""

    title: str
    """What the model is, in words."""
    media: Images
    decoder: bytes
    """ONNX: "input" (n, latents) to "x" and "picture"; with "label" where there are conditions."""
    start: list[float]
    """(latents,): the code that is seen first."""
    ways: Sequence[Moved]
    """None where moving along single ones makes no sense."""
    draws: list[list[float]] | None
    """(n, latents): codes of the first samples; None for a model that does not sample."""
    real: Tensor | None
    """(n, *media.shape): held-out examples for the quiz."""
    conditions: Sequence[str] = ()
    """Classes that can be asked for."""


def write_model_page(model: Portable, runtime: WebRuntime, path: Path) -> None:
    """Write the page."""
    about = json.dumps(_about(model), ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")
    parts = {"decoder": model.decoder, "runtime": runtime.script, "wasm": runtime.wasm}
    packed = "".join(
        f'<script type="application/octet-stream" id="{name}">{_packed(content)}</script>\n'
        for name, content in parts.items()
    )
    size = f"{model.media.width} × {model.media.height}"
    page = framed(
        _sections(model),
        title=model.title,
        eyebrow="a model in a page",
        heading=escape(model.title),
        head=tile_list([(size, "pixels"), (f"{len(model.start):,}", "numbers in a code")])
        + '<p class="notice" role="status" id="told">One moment: the model is unpacked.</p>'
        + "<noscript><p>This page computes its pictures: it needs JavaScript.</p></noscript>",
        tail=f'<script type="application/json" id="about">{about}</script>\n{packed}'
        f"<!-- onnxruntime-web {escape(runtime.version)}, MIT licence, Microsoft -->\n"
        + script("model.js"),
        style="model.css",
    )
    with atomic(path) as file:
        file.write(page.encode())


def _about(model: Portable) -> dict[str, Any]:
    """What the script reads."""
    return {
        "media": describe(model.media),
        "channels": model.media.channels,
        "start": model.start,
        "ways": [
            {"label": way.label, "name": way.name, "share": way.share, "vector": way.vector}
            for way in model.ways
        ],
        "draws": model.draws,
        "conditions": list(model.conditions),
        "real": None if model.real is None else _atlas(model.real),
    }


def _atlas(x: Tensor) -> dict[str, Any]:
    """Pictures on one sheet without loss, since loss would tell which ones are real."""
    pictures = to_bytes(x).permute(0, 2, 3, 1).cpu().numpy()
    n, height, width, channels = pictures.shape
    across = math.ceil(math.sqrt(n))
    sheet = np.zeros((math.ceil(n / across) * height, across * width, channels), np.uint8)
    for i, picture in enumerate(pictures):
        top, left = i // across * height, i % across * width
        sheet[top : top + height, left : left + width] = picture
    return {"sheet": image_uri(sheet), "n": n, "across": across}


def _packed(content: bytes) -> str:
    return base64.b64encode(gzip.compress(content, 9, mtime=0)).decode()


def _sections(model: Portable) -> list[Section]:
    """What there is to do, as far as the model can."""
    found = []
    if model.ways:
        named = any(way.name for way in model.ways)
        note = " Names are of known factors that a slider follows, with the strength."
        found.append(
            Section(
                "What varies",
                "Each slider moves one part of the code, the strongest first; the percentage is "
                f"its part of all change.{note if named else ''}",
                '<div class="explore"><div class="stage"><canvas id="seen" role="img" '
                'aria-label="What the code decodes to"></canvas><div class="buttons" id="do">'
                '</div></div><div id="ways"></div></div>',
            )
        )
    if model.draws is not None:
        moved = "; choose one to move it" if model.ways else ""
        found.append(
            Section(
                "Samples",
                f"New pictures from draws of the code{moved}.",
                '<div class="samples" id="drawn"></div><div class="buttons" id="draw"></div>',
            )
        )
    if model.real is not None:
        found.append(
            Section(
                "Which one is real?",
                f"One of each pair is a picture of the data that the model never saw, of "
                f"{short(len(model.real))} in this page; the other it makes now. Choose the real "
                "one, by the arrow keys or by a tap.",
                '<div class="quiz" id="quiz"></div>',
            )
        )
    return found
