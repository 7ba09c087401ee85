"""Rendered faces and objects, packed with their factors as columns."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

import numpy as np

from allegory.data.dataset import Column
from allegory.data.pictures import fit
from allegory.data.plan import plan_mode, plan_size
from allegory.data.store import Packed, Writer, key_of, packed
from allegory.errors import UserError
from allegory.progress import track

if TYPE_CHECKING:
    from allegory.data.settings import DataSettings

__all__ = ["pack"]

Kind = Literal["faces", "objects"]

EXAMPLES = 12_000


def pack(name: str, settings: DataSettings) -> Packed:
    """Render "faces" or "objects": 12,000 of 64x64 unless the settings say otherwise.

    Raises:
        UserError: a factor or its distribution is not understood.
    """
    height, width = plan_size(settings.size, [])
    mode = "RGB" if settings.mode == "auto" else plan_mode(settings.mode, [])
    n, seed = settings.examples or EXAMPLES, settings.data_seed
    factors = dict(_distribution(text) for text in settings.factors)

    def build(writer: Writer) -> None:
        _build(writer, cast("Kind", name), n, seed, factors, (mode, height, width))

    made = {"n": n, "seed": seed, "factors": factors, "mode": mode, "size": (height, width)}
    return packed(key_of(name, renderer=_version(), **made), build)


def _build(
    writer: Writer,
    kind: Kind,
    n: int,
    seed: int,
    factors: dict[str, str],
    form: tuple[str, int, int],
) -> None:
    from allegory.data.sources import faces
    from allegory.data.sources.faces.workers import render_range

    mode, height, width = form
    table = faces.draw(np.arange(n), seed=seed, factors=factors, kind=kind)
    writer.info["media"] = {"mode": mode, "height": height, "width": width}
    for name, factor in faces.factors_of(kind).items():
        writer.columns[name] = Column(factor.kind, table[name], factor.names)
    with track(f"rendering {kind}", n) as advance:
        for pictures in render_range(
            n, seed=seed, factors=factors, height=height, width=width, kind=kind
        ):
            if mode != "RGB":
                pictures = np.stack([fit(picture, mode, height, width) for picture in pictures])
            writer.append(pictures)
            advance(len(pictures))


def _distribution(text: str) -> tuple[str, str]:
    name, equals, distribution = text.partition("=")
    if not equals:
        raise UserError(f"factor '{text}' must be NAME=DISTRIBUTION, such as smile=0..1.")
    return name.strip(), distribution.strip()


@cache
def _version() -> str:
    """Digest of the renderer's code: pictures that another one drew are not taken for its own."""
    from allegory.data.sources import faces

    code = hashlib.blake2b(digest_size=8)
    for file in sorted(Path(str(faces.__file__)).parent.glob("*.py")):
        code.update(file.read_bytes())
    return code.hexdigest()
