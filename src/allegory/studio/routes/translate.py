"""Translating: what a page needs to know of a domain, held-out examples of it, spectrograms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import torch
from fastapi import APIRouter, Path, Query, UploadFile
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from allegory.data.waveforms import resampled
from allegory.errors import UserError
from allegory.media import to_bytes
from allegory.report.sounds import sound_bytes
from allegory.runs.inputs import held_out, open_for
from allegory.sound.picture import drawn, gain
from allegory.studio.palette import palette
from allegory.studio.routes.explore import png
from allegory.studio.routes.runs import Here, Id
from allegory.studio.uploads import read_wave
from allegory.tools.requires import require
from allegory.tools.translate import chosen_target, source_of

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.media import Images

__all__ = ["translating"]

translating = APIRouter(prefix="/api/runs/{id}", tags=["translate"])
EITHER: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": {}, "audio/wav": {}}}}
SHOWN = 8
"""Examples of a domain."""
COUNTED = 64
"""Examples whose colours are counted."""
Target = Annotated[str | None, Query(max_length=200, description="The domain asked for.")]


def domain(studio: Any, name: str, to: str | None) -> tuple[str, str, Images]:
    """The domain that is translated to, the one that is translated from, and its media."""
    model = require(studio.shelf.model(name), "translate")
    target = chosen_target(model, to)
    source = source_of(model, target)
    return target, source, model.media.of(source)


def examples(studio: Any, name: str, source: str) -> Tensor:
    """Held-out examples of a domain, (some, channels, h, w); none if the data are gone."""

    def look(model: Any) -> Tensor:
        try:
            found = held_out(open_for(studio.shelf.run(name).run(), model.media), COUNTED)
        except UserError:
            return torch.empty(0, *model.media.of(source).shape)
        halves: tuple[Tensor, Tensor] = model.media.halves(found.take(np.arange(len(found))))
        return halves[model.media.names.index(source)]

    x: Tensor = studio.once(name, f"examples of {source}", look)
    return x


@translating.get("/domain")
async def about(id: Id, studio: Here, to: Target = None) -> dict[str, Any]:
    """What is translated, and what to begin with: the number of examples, colours to draw with."""

    def look() -> dict[str, Any]:
        target, source, media = domain(studio, id, to)
        x = examples(studio, id, source)
        pictures = to_bytes(x).permute(0, 2, 3, 1).numpy()
        return {
            "from": source,
            "to": target,
            "shape": list(media.shape),
            "sound": media.sound is not None,
            "examples": min(SHOWN, len(x)),
            "palette": [] if media.sound is not None else palette(pictures),
        }

    return dict(await studio.work(look))


@translating.get("/domain/{number}", response_class=Response, responses=EITHER)
async def example(
    id: Id, number: Annotated[int, Path(ge=0, lt=SHOWN)], studio: Here, to: Target = None
) -> Response:
    """A held-out example of what is translated from: a picture, or a sound."""

    def find() -> Response:
        _, source, media = domain(studio, id, to)
        x = examples(studio, id, source)
        if number >= len(x):
            raise HTTPException(404)
        if media.sound is not None:
            return Response(sound_bytes(x[number], media), media_type="audio/wav")
        return png(to_bytes(x[number]).permute(1, 2, 0).numpy())

    found: Response = await studio.work(find)
    return found


@translating.post("/spectrogram", response_class=Response, responses=EITHER)
async def spectrogram(id: Id, file: UploadFile, studio: Here, to: Target = None) -> Response:
    """An uploaded sound as the picture that a model of sounds sees."""
    content = await file.read()

    def draw() -> Response:
        _, _, media = domain(studio, id, to)
        if media.sound is None:
            raise UserError("this model translates pictures, not sounds.")
        wave, rate = read_wave(content)
        x = torch.from_numpy(resampled(wave, rate, media.sound.rate))
        picture = drawn((x * gain(x, media.sound.rate))[None], media.height, media.sound)[0]
        return png(to_bytes(picture).permute(1, 2, 0).numpy())

    found: Response = await studio.work(draw)
    return found
