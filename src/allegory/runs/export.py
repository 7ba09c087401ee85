"""A run's model as a page: what of the run goes into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from allegory.capabilities import Conditional, Samples
from allegory.errors import UserError
from allegory.media import Images
from allegory.models.files import read_about
from allegory.progress import say
from allegory.report.model_page import Moved, Portable, write_model_page
from allegory.runs.inputs import held_out, open_for, short_name
from allegory.runs.space import space_of
from allegory.tools.concern import concern
from allegory.tools.export import decoder_onnx
from allegory.tools.requires import lacking
from allegory.tools.standard import to_standard
from allegory.tools.traverse import typical
from allegory.tools.ways import without_ways

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from allegory.runs.folder import RunFolder, Weights
    from allegory.tools.web_runtime import WebRuntime

__all__ = ["export_page"]

DRAWS = 16
"""Samples that are seen first."""


def export_page(
    folder: RunFolder,
    path: Path,
    runtime: WebRuntime,
    *,
    weights: Weights = "best",
    quiz: int = 40,
) -> Portable:
    """Write a run's model as one HTML file that needs no server.

    Args:
        folder: the run.
        path: of the page.
        runtime: what runs the model in it.
        weights: as of `RunFolder.model`.
        quiz: held-out pictures of the data that go into the page, at most; 0: there is no quiz.

    Raises:
        UserError: the model does not decode to pictures, or can't be written as ONNX.
    """
    model: Any = folder.model(weights, device="cpu")
    if (reason := lacking(model, ("Decodes",))) is not None:
        raise UserError(f"a page needs {reason}.")
    if not isinstance(model.media, Images):
        raise UserError("a page shows pictures, and this model makes none: use --to onnx.")
    start, ways = _ways(folder, model)
    run, samples = folder.run(), isinstance(model, Samples)
    source = short_name(str(read_about(folder.path).get("data", run.data.source)))
    made = Portable(
        title=f"{run.recipe} on {source}",
        media=model.media,
        decoder=decoder_onnx(model),
        start=to_standard(model.latent, start).tolist(),
        ways=ways,
        draws=_draws(model) if samples else None,
        real=_real(folder, model, quiz) if samples and quiz else None,
        conditions=model.conditions if isinstance(model, Conditional) else (),
    )
    write_model_page(made, runtime, path)
    return made


def _ways(folder: RunFolder, model: Any) -> tuple[Tensor, list[Moved]]:
    """Where to begin, and along what to move."""
    if without_ways(model) is not None:
        return typical(model.latent, None, 0), []
    space = space_of(folder, model)
    found = space.ways
    return space.start, [
        Moved(found.short(axis.index), axis.name, axis.share, found.vectors[axis.index].tolist())
        for axis in found.axes
    ]


def _draws(model: Any) -> list[list[float]]:
    """Codes of the samples that are drawn with seed 0, as far as classes do not differ."""
    drawn: list[list[float]] = to_standard(model.latent, model.latent.draw(DRAWS, 0)).tolist()
    return drawn


@torch.inference_mode()
def _real(folder: RunFolder, model: Any, count: int) -> Tensor | None:
    """Held-out pictures; None where the data are gone."""
    try:
        data = held_out(concern(model, open_for(folder.run(), model.media)), count)
    except UserError as error:
        say(f"the page has no quiz: {error}")
        return None
    found: Tensor = data.take(np.arange(len(data)))
    return found if len(data) > 1 else None
