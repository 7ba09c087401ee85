"""What a model can do, as JSON: for programs, in batches."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import torch
from fastapi import APIRouter, Query, UploadFile
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from allegory.errors import UserError
from allegory.media import Vectors, to_bytes
from allegory.report.draw import draw_examples
from allegory.report.sounds import sound_bytes, sounding, wave_bytes
from allegory.studio.codes import FAR, decoder_of
from allegory.studio.routes.explore import png
from allegory.studio.routes.runs import Here
from allegory.studio.uploads import read_uploads, read_wave, read_whole
from allegory.tools.classes import chosen_classes
from allegory.tools.requires import lacking, require, tools_for
from allegory.tools.running import home, in_batches
from allegory.tools.sample import sample
from allegory.tools.translate import chosen_target, source_of, translate_large
from allegory.tools.translate_sounds import translate_sound

__all__ = ["serving"]

serving = APIRouter(prefix="/api", tags=["service"])
PNG: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/png": {}, "audio/wav": {}, "application/json": {}}}
}
MADE: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": {}, "audio/wav": {}}}}
MOST = 256
"""Examples of a request."""
Run = Annotated[str | None, Query(max_length=255, description="A run; not where one is served.")]
Form = Annotated[
    Literal["json", "png", "wav"],
    Query(
        alias="format",
        description="Numbers in the media's range, a sheet of pictures, or the first as a sound.",
    ),
]
Number = Annotated[float, Field(allow_inf_nan=False)]


class Examples(BaseModel):
    """Examples as numbers, in the media's range and shape: pictures (channels, height, width)."""

    model_config = ConfigDict(extra="forbid")

    x: list[Any] = Field(min_length=1, max_length=MOST)


class Codes(BaseModel):
    """Codes, a row each."""

    model_config = ConfigDict(extra="forbid")

    z: list[Annotated[list[Number], Field(min_length=1, max_length=4096)]] = Field(
        min_length=1, max_length=MOST
    )
    label: str | None = Field(None, max_length=200)


def chosen(studio: Any, run: str | None) -> tuple[str, Any]:
    """The id and the model of a run, or of the only one."""
    known = studio.shelf.ids()
    if run is None and len(known) != 1:
        raise UserError("say which run: '?run=ID', as /api/runs lists them.")
    name = known[0] if run is None else run
    return name, studio.shelf.model(name)


def model_of(studio: Any, run: str | None, tool: str) -> Any:
    """The model of a run, or of the only one, which must be fit for the tool."""
    return require(chosen(studio, run)[1], tool)


def tensor_of(model: Any, values: list[Any]) -> torch.Tensor:
    """Examples (n, *media.shape) where the model is.

    Raises:
        UserError: they have another shape, or are no finite numbers.
    """
    try:
        x = torch.tensor(values, dtype=torch.float32)
    except (ValueError, TypeError, RuntimeError, OverflowError, RecursionError):
        raise UserError("the examples are not rows of numbers of one shape.") from None
    if tuple(x.shape[1:]) != tuple(model.media.shape):
        raise UserError(
            f"this model works on examples of shape {list(model.media.shape)}, not "
            f"{list(x.shape[1:])}."
        )
    if not bool(x.isfinite().all()):
        raise UserError("the examples hold numbers that are not finite.")
    if not isinstance(model.media, Vectors) and float(x.abs().max()) > 1:
        raise UserError("the values of pictures lie between -1 and 1.")
    return x.to(home(model))


def answer(x: torch.Tensor, media: Any, kind: str) -> Any:
    """Examples as they were asked for."""
    if kind == "wav":
        if not sounding(media):
            raise UserError("this model makes no sounds.")
        return Response(sound_bytes(x[0].cpu(), media), media_type="audio/wav")
    return png(draw_examples(x, media)) if kind == "png" else {"x": x.cpu().tolist()}


@serving.get("/model")
async def model(studio: Here, run: Run = None) -> dict[str, Any]:
    """What the model works on, which tools work for it, and what it can translate to."""

    def look() -> dict[str, Any]:
        name, found = chosen(studio, run)
        about = {"run": name, "shape": list(found.media.shape), "tools": list(tools_for(found))}
        return about | ({"targets": list(found.targets)} if "translate" in about["tools"] else {})

    return dict(await studio.work(look))


@serving.get("/sample", response_model=None, responses=PNG)
async def draw(
    studio: Here,
    n: Annotated[int, Query(ge=1, le=MOST)] = 16,
    seed: Annotated[int, Query(ge=0, lt=2**31)] = 0,
    label: Annotated[str | None, Query(max_length=200)] = None,
    run: Run = None,
    form: Form = "json",
) -> Response | dict[str, Any]:
    """Draw new examples; the same seed draws the same. `label`: a class of a conditional model."""

    def make() -> Any:
        found = model_of(studio, run, "sample")
        labels = chosen_classes(found, (label,)) if label is not None else ()
        return answer(sample(found, n, rng=seed, labels=labels), found.media, form)

    made: Response | dict[str, Any] = await studio.work(make)
    return made


@serving.post("/encode")
async def encode(examples: Examples, studio: Here, run: Run = None) -> dict[str, Any]:
    """The codes of examples: "mean" and "std", a row each."""

    @torch.inference_mode()
    def find() -> dict[str, Any]:
        found = model_of(studio, run, "encode")
        posterior = found.encode(tensor_of(found, examples.x))
        return {"mean": posterior.mean.tolist(), "std": posterior.std.tolist()}

    return dict(await studio.work(find))


@serving.post("/decode", response_model=None, responses=PNG)
async def decode(
    codes: Codes, studio: Here, run: Run = None, form: Form = "json"
) -> Response | dict[str, Any]:
    """The examples of codes."""

    @torch.inference_mode()
    def find() -> Any:
        found = model_of(studio, run, "traverse")
        size = found.latent.size
        if any(len(row) != size or max(map(abs, row)) > FAR for row in codes.z):
            raise UserError(f"a code of this model is {size} numbers within {FAR:,.0f}.")
        z = torch.tensor(codes.z, dtype=torch.float32, device=home(found))
        x = in_batches(decoder_of(found, codes.label).decode, z)
        return answer(x, found.media, form)

    made: Response | dict[str, Any] = await studio.work(find)
    return made


@serving.post("/score")
async def score(
    examples: Examples,
    studio: Here,
    run: Run = None,
    seed: Annotated[int, Query(ge=0, lt=2**31)] = 0,
    draws: Annotated[int, Query(ge=1, le=64)] = 4,
) -> dict[str, Any]:
    """How probable examples are: log-density in nats, exact or a bound below it."""

    @torch.inference_mode()
    def find() -> dict[str, Any]:
        found = chosen(studio, run)[1]
        if (reason := lacking(found, ("Scores",))) is not None:
            raise UserError(f"a score needs {reason}.")
        log_prob = found.log_prob(tensor_of(found, examples.x), rng=seed, draws=draws)
        return {
            "log_prob": log_prob.tolist(),
            "density": found.density,
            "discrete": found.discrete,
        }

    return dict(await studio.work(find))


@serving.post("/read")
async def read(files: list[UploadFile], studio: Here, run: Run = None) -> dict[str, Any]:
    """Uploaded pictures as the model reads them: numbers for /api/encode and /api/score."""
    contents = [await file.read() for file in files[:MOST]]

    def find() -> dict[str, Any]:
        found = chosen(studio, run)[1]
        return {"x": read_uploads(contents, found.media).tolist()}

    return dict(await studio.work(find))


@serving.post("/translate", response_class=Response, responses=MADE)
async def translate(
    file: UploadFile,
    studio: Here,
    to: Annotated[str | None, Query(max_length=200, description="The domain asked for.")] = None,
    run: Run = None,
) -> Response:
    """An upload as one of another domain: a picture at its size, a sound of its length."""
    content = await file.read()

    def find() -> Response:
        found = model_of(studio, run, "translate")
        target = chosen_target(found, to)
        media = found.media.of(source_of(found, target))
        if media.sound is not None:
            wave, rate = read_wave(content)
            y = translate_sound(found, wave, rate, target)
            return Response(wave_bytes(y, rate), media_type="audio/wav")
        x = read_whole(content, media)
        made = to_bytes(translate_large(found, x, target))
        return png(made.permute(1, 2, 0).numpy())

    answer: Response = await studio.work(find)
    return answer
