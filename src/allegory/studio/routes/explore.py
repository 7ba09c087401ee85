"""Exploring: the latent space, a picture for each move, strips, and a person's own picture."""

from __future__ import annotations

import asyncio
import io
import struct
from typing import Annotated, Any

import numpy as np
import torch
from fastapi import APIRouter, Form, Path, UploadFile, WebSocket
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.websockets import WebSocketDisconnect

from allegory.errors import UserError
from allegory.media import to_bytes
from allegory.report.draw import draw_film, draw_strips
from allegory.report.film import encode_film
from allegory.report.sheets import to_image
from allegory.report.sounds import sounding
from allegory.runs.space import Space, space_of
from allegory.studio.codes import code_of, decoder_of, picture_code, read_move
from allegory.studio.routes.runs import Here, Id
from allegory.studio.work import Busy
from allegory.tools.interpolate import interpolate
from allegory.tools.requires import require
from allegory.tools.traverse import move

__all__ = ["exploring", "png"]

exploring = APIRouter(prefix="/api/runs/{id}", tags=["explore"])
PNG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": {}}}}
EITHER: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": {}, "image/gif": {}}}}
Numbers = Annotated[list[float], Field(min_length=1, max_length=4096)]


class Way(BaseModel):
    """Where strips begin, and along what they lead."""

    model_config = ConfigDict(extra="forbid")

    z: Numbers
    ways: list[Annotated[int, Field(ge=0, lt=4096)]] = Field(min_length=1, max_length=12)
    """By rank: 0 is the one of the strongest effect."""
    frames: int = Field(9, ge=2, le=32)
    label: str | None = Field(None, max_length=200)
    bare: bool = False
    """Whether rows go without the names of their ways."""


class Ends(BaseModel):
    """Where a path begins and ends."""

    model_config = ConfigDict(extra="forbid")

    a: Numbers
    b: Numbers
    frames: int = Field(9, ge=2, le=32)
    label: str | None = Field(None, max_length=200)
    film: bool = False
    """Whether a film is drawn, as a GIF, and not a row of pictures."""


def png(picture: np.ndarray[Any, np.dtype[np.uint8]]) -> Response:
    """Bytes (H, W, C) as an answer."""
    file = io.BytesIO()
    to_image(picture).save(file, "PNG")
    return Response(file.getvalue(), media_type="image/png")


def known_space(studio: Any, name: str) -> tuple[Any, Space]:
    """A run's model and its space."""
    folder = studio.shelf.run(name)
    found: tuple[Any, Space] = studio.once(name, "space", lambda m: (m, space_of(folder, m)))
    return found


@exploring.get("/space")
async def space(id: Id, studio: Here) -> dict[str, Any]:
    """The latent space: ways ranked by effect, a place to start, a map of held-out examples."""

    def look() -> dict[str, Any]:
        model, found = known_space(studio, id)
        return {**found.plain(model), "sound": sounding(model.media)}

    return dict(await studio.work(look))


@exploring.get("/map", response_class=Response, responses=PNG)
async def atlas(id: Id, studio: Here) -> Response:
    """The examples on the map, on one sheet, in rows of 20."""

    def draw() -> Response:
        found = known_space(studio, id)[1]
        if found.examples is None:
            raise UserError("this model can't encode: it has no map of the data.")
        x = to_bytes(found.examples.take(np.arange(len(found.examples))))
        pictures = x.permute(0, 2, 3, 1).numpy()
        n, height, width, channels = pictures.shape
        sheet = np.zeros((-(-n // 20), 20, height, width, channels), np.uint8)
        sheet.reshape(-1, height, width, channels)[:n] = pictures
        rows = sheet.transpose(0, 2, 1, 3, 4)
        return png(rows.reshape(len(sheet) * height, 20 * width, channels))

    return await _picture(studio, draw)


@exploring.post("/strips", response_class=Response, responses=PNG)
async def strips(id: Id, way: Way, studio: Here) -> Response:
    """A row of pictures for each way, from 2.5 deviations below the centre to 2.5 above it."""

    def draw() -> Response:
        model, found = known_space(studio, id)
        axes = found.ways.axes
        if max(way.ways) >= len(axes):
            raise UserError(f"this model has {len(axes)} ways, counted from 0.")
        chosen = [axes[k].index for k in way.ways]
        z, decodes = code_of(model, way.z), decoder_of(model, way.label)
        drawn = move(decodes, found.ways.vectors[chosen], start=z, frames=way.frames)
        names = [] if way.bare else [found.ways.short(k) for k in chosen]
        return png(draw_strips(drawn, model.media, names))

    return await _picture(studio, draw)


@exploring.post("/interpolate", response_class=Response, responses=EITHER)
async def path(id: Id, ends: Ends, studio: Here) -> Response:
    """The way from one code to another: a row of pictures, or a film."""

    def draw() -> Response:
        model = require(studio.shelf.model(id), "interpolate")
        a, b = code_of(model, ends.a), code_of(model, ends.b)
        decodes = decoder_of(model, ends.label)
        drawn = interpolate(decodes, a[None], b[None], frames=ends.frames)
        if ends.film:
            film = encode_film(draw_film(drawn, model.media), ".gif")
            return Response(film, media_type="image/gif")
        return png(draw_strips(drawn, model.media))

    return await _picture(studio, draw)


@exploring.post("/encode")
async def encode(
    id: Id,
    file: UploadFile,
    studio: Here,
    label: Annotated[str | None, Form(max_length=200)] = None,
) -> dict[str, list[float]]:
    """The code of an uploaded picture: where the model can't encode, it is searched for."""
    content = await file.read()

    def find() -> list[float]:
        model = require(studio.shelf.model(id), "invert")
        found: list[float] = picture_code(model, content, label).tolist()
        return found

    return {"z": await studio.work(find)}


@exploring.get("/draws/{seed}")
async def draw_code(
    id: Id, seed: Annotated[int, Path(ge=0, lt=2**31)], studio: Here
) -> dict[str, list[float]]:
    """A code drawn from the latent space; the same seed draws the same."""

    def draw() -> list[float]:
        model = require(studio.shelf.model(id), "traverse")
        found: list[float] = model.latent.draw(1, seed)[0].tolist()
        return found

    return {"z": await studio.work(draw)}


async def _picture(studio: Any, draw: Any) -> Response:
    found: Response = await studio.work(draw)
    return found


class Newest:
    """The newest message of a socket: older ones that were not answered yet are passed over."""

    def __init__(self) -> None:
        self.message: str | None = None
        self.there = asyncio.Event()

    def put(self, message: str) -> None:
        """Keep it."""
        self.message = message
        self.there.set()

    async def take(self) -> str:
        """Wait for one."""
        await self.there.wait()
        self.there.clear()
        assert self.message is not None
        return self.message


@exploring.websocket("/decode")
async def follow(socket: WebSocket, id: str) -> None:
    """A picture for each code: {"n", "z", "label"} in, bytes out.

    The bytes: n, width, height and channels as little-endian uint32, then the pixels, uint8.
    """
    studio = socket.app.state.studio
    await socket.accept()
    try:
        model = await studio.work(lambda: require(studio.shelf.model(id[:255]), "traverse"))
    except (UserError, Busy) as error:
        await socket.send_json({"error": str(error) or "The models are busy."})
        await socket.close()
        return
    newest = Newest()
    answering = asyncio.create_task(_answer(socket, studio, model, newest))
    try:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                break
            newest.put(message.get("text") or "")
    except WebSocketDisconnect:
        pass
    finally:
        answering.cancel()


async def _answer(socket: WebSocket, studio: Any, model: Any, newest: Newest) -> None:
    """Answer message after message, whatever they hold."""
    while True:
        message = await newest.take()
        try:
            answer = await studio.work(lambda text=message: _decoded(model, text))
        except UserError as error:
            await socket.send_json({"error": str(error)})
        except Busy:
            await socket.send_json({"error": "The models are busy: try again in a moment."})
        else:
            await socket.send_bytes(answer)


@torch.inference_mode()
def _decoded(model: Any, message: str) -> bytes:
    number, z, decodes = read_move(model, message)
    x = to_bytes(decodes.decode(z[None])).cpu()
    if x.dim() != 4:
        raise UserError("this model works on vectors, which are no pictures.")
    pixels = x[0].permute(1, 2, 0).contiguous().numpy()
    height, width, channels = pixels.shape
    return struct.pack("<4I", number, width, height, channels) + pixels.tobytes()
