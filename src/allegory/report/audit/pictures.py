"""Pictures of an audit, small enough for a page of many: as WebP, on sheets or in cards."""

from __future__ import annotations

import io
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from allegory.media import Images, to_bytes
from allegory.report.html import data_uri
from allegory.report.sheets import sheet, to_image
from allegory.report.views import picture_kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from allegory.data.dataset import Dataset

__all__ = ["card", "cards", "photo", "photos", "some", "webp"]

QUALITY = 82


def webp(picture: NDArray[np.uint8]) -> str:
    """Bytes (H, W, C) as a WebP that needs no file."""
    file = io.BytesIO()
    to_image(picture).convert("RGBA" if picture.shape[2] in (2, 4) else "RGB").save(
        file, "WEBP", quality=QUALITY
    )
    return data_uri(file.getvalue(), "image/webp")


def photos(x: Tensor, media: Images, alt: str, columns: int) -> str:
    """Pictures x (n, *media.shape) on a sheet, as HTML."""
    picture = sheet(x, columns, clear=True)
    return _image(picture, alt, picture_kind(media))


def photo(x: Tensor, media: Images, alt: str) -> str:
    """One picture x (*media.shape), as HTML."""
    picture = to_bytes(x.detach()).permute(1, 2, 0).cpu().numpy()
    return _image(picture, alt, picture_kind(media))


def _image(picture: NDArray[np.uint8], alt: str, kind: str) -> str:
    height, width = picture.shape[:2]
    return (
        f'<img class="{kind}" src="{webp(picture)}" alt="{escape(alt)}" width="{width}" '
        f'height="{height}" style="--width:{width}px">'
    )


def card(inner: str, words: Sequence[str]) -> str:
    """HTML over lines of plain text, of which the first stands out."""
    first, *rest = words
    lines = f"<strong>{escape(first)}</strong>" + "".join(
        f"<span>{escape(w)}</span>" for w in rest
    )
    return f'<figure class="card"><div>{inner}</div><figcaption>{lines}</figcaption></figure>'


def cards(found: Sequence[str], kind: str = "") -> str:
    """Cards side by side."""
    return f'<div class="gallery {kind}">{"".join(found)}</div>'


def some(data: Dataset, rows: Sequence[int] | NDArray[np.integer]) -> Tensor:
    """These examples, (n, *media.shape)."""
    return data.take(np.asarray(rows, dtype=np.int64))
